using Bnn.Model;
using Bnn.Training;

namespace Bnn.Trainer.Data;

/// <summary>What the DATASET of a command line stands for: a known data set, or files of the user's own.</summary>
internal abstract class DataSet
{
    /// <summary>The part that is trained on; of a known set, from its training files.</summary>
    public const string Train = "train";

    /// <summary>The part of the training samples that is held out.</summary>
    public const string Validation = "validation";

    /// <summary>The test files of a known set.</summary>
    public const string Test = "test";

    /// <summary>All samples of the user's own files.</summary>
    public const string All = "all";

    /// <summary>Samples of a class from which the first is held out: a tenth, rounded.</summary>
    protected const int LeastForValidation = 5;

    /// <summary>The parts of a data set. Training and validation come from the same files, which <see cref="DataSplit"/> parts.</summary>
    public static IReadOnlyList<string> Splits { get; } = [Train, Validation, Test, All];

    /// <summary>A name for people, and for the model.</summary>
    public abstract string Name { get; }

    /// <summary>How a command line names it.</summary>
    public abstract string Argument { get; }

    /// <summary>Input encoding that suits it, in the words of <see cref="InputEncodings"/>.</summary>
    public abstract string Encoding { get; }

    /// <summary>Which of <see cref="Splits"/> is measured if nothing is said.</summary>
    public abstract string UsualSplit { get; }

    /// <summary>Which of <see cref="Splits"/> shows what a model trained on this is worth.</summary>
    public abstract string HonestSplit { get; }

    /// <summary>What the user means: a name of the catalogue, or a <see cref="DataSpec"/>.</summary>
    /// <param name="text">As written.</param>
    /// <param name="problem">Why it is neither, else null.</param>
    public static DataSet? Parse(string text, out string? problem)
    {
        problem = null;
        if (DataCatalogue.Find(text) is { } known)
            return known;
        if (DataSpec.Parse(text, out problem) is { } spec)
            return problem is null ? new OwnData(spec, text) : null;
        problem = $"no data set is called '{text}'; there are {DataCatalogue.Names}. Data of your own: {DataSpec.Forms}.";
        return null;
    }

    /// <summary>Reads the samples that are trained on, with those that will be held out.</summary>
    /// <exception cref="IOException">Something is missing or cannot be read; the message tells what to put where.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or of another kind.</exception>
    /// <exception cref="UsageException">The options do not fit the files.</exception>
    public abstract LabeledImages ReadTrain(DataAccess access);

    /// <summary>Reads one of <see cref="Splits"/> for a model. See <see cref="ReadTrain"/>.</summary>
    /// <exception cref="InvalidDataException">The samples do not fit the model.</exception>
    /// <exception cref="UsageException">There is no such part.</exception>
    public abstract LabeledImages ReadSplit(string split, DataAccess access, ModelInterface model);

    /// <summary>Takes the training or the validation part out of all samples.</summary>
    /// <exception cref="InvalidDataException">It is empty.</exception>
    protected LabeledImages Part(LabeledImages all, string split)
    {
        DataSplit parts = DataSplit.Stratified(all);
        LabeledImages part = split == Train ? parts.Training : parts.Validation;
        return part.Count > 0
            ? part
            : throw new InvalidDataException(
                $"no class of {Argument} has the {LeastForValidation} samples from which one is held out; measure on other samples.");
    }
}

/// <summary>What data must fit to be given to a model.</summary>
/// <param name="Path">The model's file, for messages.</param>
/// <param name="Shape">Shape of a sample.</param>
/// <param name="ClassCount">Number of classes.</param>
/// <param name="Labels">Their names; may be empty.</param>
/// <param name="TrainedOn">Hash of the samples that it was trained on; null: unknown.</param>
internal sealed record ModelInterface(string Path, Shape Shape, int ClassCount, IReadOnlyList<string> Labels, string? TrainedOn)
{
    /// <summary>What <paramref name="model"/> takes.</summary>
    public static ModelInterface Of(ModelInput model) => new(
        model.Path, model.Network.Input, model.Network.ClassCount, [.. model.Network.Labels], model.Network.Meta("data-hash"));

    /// <summary>Names of the classes; numbers if it has none.</summary>
    public IReadOnlyList<string> ClassNames => Labels.Count > 0 ? Labels : Data.ClassNames.Numbers(ClassCount);

    /// <summary>Refuses data of another shape or another number of classes.</summary>
    /// <exception cref="InvalidDataException">They differ.</exception>
    public void Require(string name, Shape shape, int classes)
    {
        if (Shape != shape || ClassCount != classes)
            throw new InvalidDataException($"{Path} takes {Shape} and knows {ClassCount} classes, but {name} has {shape} and {classes}.");
    }
}
