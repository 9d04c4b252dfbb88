namespace Bnn.Inference;

/// <summary>How an <see cref="Interpreter"/> computes. Both ways give the same scores.</summary>
public enum InterpreterMode
{
    /// <summary>Packed words: 64 inputs of a channel to an xor and a popcount.</summary>
    Plain,

    /// <summary>
    /// Vector lanes: batches with a sample in each, convolutions of one image with a pixel in each, where that is cheaper than packed words. Takes longer
    /// to make, and more memory.
    /// </summary>
    Vector,
}
