using Bnn.Model;

namespace Bnn.Trainer.Data;

/// <summary>What a reader is asked for.</summary>
/// <param name="Paths">Files or a folder, as many as the format takes.</param>
/// <param name="Options">How they are meant.</param>
/// <param name="Name">Name of the data set.</param>
/// <param name="ClassNames">Classes that are known beforehand; null: those that occur.</param>
/// <param name="Shape">Shape of a sample that is known beforehand; null: that of the files or the options.</param>
/// <param name="Warn">Receives a sentence for each thing that was passed over.</param>
internal sealed record DataRequest(
    IReadOnlyList<string> Paths, SpecOptions Options, string Name, IReadOnlyList<string>? ClassNames, Shape? Shape, Action<string> Warn)
{
    /// <summary>The shape known beforehand, else that of the options, else <paramref name="usual"/>.</summary>
    /// <exception cref="UsageException">It is none of these.</exception>
    public Shape ShapeOr(Shape? usual) =>
        Shape ?? Options.Shape ?? usual ?? throw new UsageException($"what shape has a sample of {Paths[0]}? Add it, for example: ,shape=3x32x32");
}
