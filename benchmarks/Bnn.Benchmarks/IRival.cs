using Bnn.Inference;
using Bnn.Model;

namespace Bnn.Benchmarks;

/// <summary>Code written by hand for one network.</summary>
internal interface IRival
{
    /// <summary>The class of an image.</summary>
    int Predict(ReadOnlySpan<byte> image);
}

/// <summary>Finds the rival of a network.</summary>
internal static class Rivals
{
    /// <summary>The hand-written code for the kind of <paramref name="network"/>, checked against the interpreter.</summary>
    /// <param name="network">Dense or convolutional.</param>
    /// <param name="images"><c>[n, InputLength]</c> bytes.</param>
    /// <exception cref="InvalidOperationException">It gives another class for an image: a rival that is wrong is none.</exception>
    public static IRival For(Network network, ReadOnlySpan<byte> images)
    {
        IRival rival = network.Layers.Any(layer => layer is ConvolutionLayer) ? new HandWrittenConvolutions(network) : new HandWritten(network);
        var interpreter = new Interpreter(network);
        for (int at = 0; at < images.Length; at += network.InputLength)
        {
            ReadOnlySpan<byte> image = images.Slice(at, network.InputLength);
            if (rival.Predict(image) != interpreter.Predict(image))
                throw new InvalidOperationException($"The hand-written loop for '{network.Name}' gives another class for the image at byte {at}.");
        }
        return rival;
    }
}
