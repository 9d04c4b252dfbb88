using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;

namespace Bnn.Inference;

/// <summary>Checks the lengths that callers hand to a model; used by generated code and by the engines.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Arguments
{
    /// <summary>Throws unless <paramref name="actual"/> is <paramref name="expected"/>.</summary>
    /// <exception cref="ArgumentException">The message names both.</exception>
    public static void CheckLength(int actual, int expected, string parameter)
    {
        if (actual != expected)
            ThrowLength(actual, expected, parameter);
    }

    /// <summary>Throws unless <paramref name="images"/> is n · <paramref name="inputLength"/> and <paramref name="results"/> is n · <paramref name="resultLength"/>.</summary>
    /// <returns>n</returns>
    /// <exception cref="ArgumentException">The message names both lengths.</exception>
    public static int CheckBatch(int images, int inputLength, int results, int resultLength, string resultParameter)
    {
        int samples = images / inputLength;
        if ((long)samples * inputLength != images || (long)samples * resultLength != results)
            ThrowBatch(images, inputLength, results, resultLength, resultParameter);
        return samples;
    }

    [DoesNotReturn]
    private static void ThrowLength(int actual, int expected, string parameter) =>
        throw new ArgumentException(FormattableString.Invariant($"Length is {actual}, but must be {expected}."), parameter);

    [DoesNotReturn]
    private static void ThrowBatch(int images, int inputLength, int results, int resultLength, string resultParameter) => throw (images % inputLength != 0
        ? new ArgumentException(FormattableString.Invariant($"Length is {images}, but must be a multiple of the {inputLength} bytes of a sample."), nameof(images))
        : new ArgumentException(FormattableString.Invariant(
            $"Length is {results}, but must be {(long)(images / inputLength) * resultLength} for the {images / inputLength} samples in {images} bytes of images."),
            resultParameter));
}
