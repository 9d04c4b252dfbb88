using Bnn.Trainer.Reports;
using Bnn.Training;

namespace Bnn.Trainer.Data;

/// <summary>Files or a folder of the user's own.</summary>
/// <param name="spec">What and where they are.</param>
/// <param name="argument">The same as the user wrote it.</param>
internal sealed class OwnData(DataSpec spec, string argument) : DataSet
{
    /// <inheritdoc/>
    public override string Name => spec.Name;

    /// <inheritdoc/>
    public override string Argument => argument;

    /// <inheritdoc/>
    public override string Encoding => spec.Format.Encoding;

    /// <inheritdoc/>
    public override string UsualSplit => All;

    /// <inheritdoc/>
    public override string HonestSplit => Validation;

    /// <inheritdoc/>
    public override LabeledImages ReadTrain(DataAccess access)
    {
        LabeledImages all = Read(access).Samples;
        if (all.ClassNames.Count < 2)
            throw new InvalidDataException($"{Argument} has one class, '{Text.Safe(all.ClassNames[0])}'; training needs two or more");
        int small = Array.FindIndex(ClassCounts(all), count => count < LeastForValidation);
        if (small >= 0)
        {
            access.Warn(
                $"{Argument} has less than {LeastForValidation} samples of class '{Text.Safe(all.ClassNames[small])}'; none of them is held out.");
        }
        return all;
    }

    /// <summary>Reads all samples, and says which files they came from.</summary>
    public DataFiles Read(DataAccess access)
    {
        DataFiles read = spec.Read(classNames: null, shape: null, access.Warn);
        return read with { Samples = read.Samples.As(Name, spec.WithFullPaths().ToString()) };
    }

    /// <inheritdoc/>
    public override LabeledImages ReadSplit(string split, DataAccess access, ModelInterface model)
    {
        if (split == Test)
            throw new UsageException($"{Argument} has no test set of its own; name the test samples instead: bnn eval MODEL.bnn {spec.Format.Keyword}:...");
        LabeledImages all = spec.Read(model.ClassNames, model.Shape, access.Warn).Samples;
        model.Require(Name, all.Shape, all.ClassNames.Count);
        bool isTrainedOn = all.Hash == model.TrainedOn;
        if (split == All && isTrainedOn)
            access.Warn($"{Argument} is what the model was trained on; --split validation measures the part of it that was held out.");
        if (split != All && !isTrainedOn && model.TrainedOn is not null)
            access.Warn($"{Argument} is not what the model was trained on, so no part of it was held out; measure all of it: --split all.");
        return split == All ? all : Part(all, split);
    }

    private static int[] ClassCounts(LabeledImages samples) => new DataPart(All, samples, [], []).ClassCounts();
}
