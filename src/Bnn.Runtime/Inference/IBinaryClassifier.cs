namespace Bnn.Inference;

/// <summary>What every generated model is: static methods from the bytes of a sample to its class.</summary>
/// <typeparam name="TSelf">The generated type itself, so that generic code can evaluate any model: <c>Evaluation.Run&lt;Digits&gt;(…)</c>.</typeparam>
/// <remarks>All members are thread-safe, depend on no culture and allocate nothing in steady state.</remarks>
public interface IBinaryClassifier<TSelf>
    where TSelf : IBinaryClassifier<TSelf>
{
    /// <summary>Bytes of a sample, one for each input value.</summary>
    static abstract int InputLength { get; }

    /// <summary>Number of classes.</summary>
    static abstract int ClassCount { get; }

    /// <summary>Names of the classes, <c>[ClassCount]</c>, or empty if the model has none.</summary>
    static abstract ReadOnlySpan<string> Labels { get; }

    /// <summary>What was compiled.</summary>
    static abstract ModelInfo Info { get; }

    /// <summary>The class of one sample: the lowest index with the highest score.</summary>
    /// <param name="input"><c>[InputLength]</c> bytes, channel-major, rows top first.</param>
    /// <returns>A class in [0, ClassCount).</returns>
    /// <exception cref="ArgumentException"><paramref name="input"/> has another length.</exception>
    static abstract int Predict(ReadOnlySpan<byte> input);

    /// <summary>The integer score of each class of one sample.</summary>
    /// <param name="input"><c>[InputLength]</c> bytes.</param>
    /// <param name="scores">Receives <c>[ClassCount]</c> scores.</param>
    /// <exception cref="ArgumentException">A length is another.</exception>
    static abstract void Scores(ReadOnlySpan<byte> input, Span<int> scores);

    /// <summary>The class of each of many samples.</summary>
    /// <param name="images"><c>[n, InputLength]</c> bytes.</param>
    /// <param name="classes">Receives <c>[n]</c> classes.</param>
    /// <exception cref="ArgumentException">The length of <paramref name="images"/> is not n times InputLength.</exception>
    static abstract void PredictBatch(ReadOnlySpan<byte> images, Span<int> classes);

    /// <summary>The scores of each of many samples.</summary>
    /// <param name="images"><c>[n, InputLength]</c> bytes.</param>
    /// <param name="scores">Receives <c>[n, ClassCount]</c> scores.</param>
    /// <exception cref="ArgumentException">The lengths are not n times InputLength and n times ClassCount.</exception>
    static abstract void ScoresBatch(ReadOnlySpan<byte> images, Span<int> scores);
}

/// <summary>What the compiler knew about a generated model.</summary>
/// <param name="Name">Name of the model, from its file.</param>
/// <param name="Hash">The model file's SHA-256, 64 hexadecimal digits.</param>
/// <param name="Input">Shape of a sample.</param>
/// <param name="Operations">Operations of the network in the file for one sample: one per live weight, eight on an 8-bit input.</param>
/// <param name="CompiledOperations">The same after the exact passes: what the generated code does.</param>
public sealed record ModelInfo(string Name, string Hash, Model.Shape Input, long Operations, long CompiledOperations);
