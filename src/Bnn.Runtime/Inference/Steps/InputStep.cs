using System.Runtime.InteropServices;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Inference.Steps;

/// <summary>How the eight bits of the values of an 8-bit input lie.</summary>
internal enum EightBitOrder
{
    /// <summary>Eight packed vectors, each from a word on.</summary>
    Vectors,

    /// <summary>Eight pixel-major images, each from a word on and with a readable word behind it.</summary>
    Pixels,

    /// <summary>One stream of eight channel-major images without gaps, and a readable word.</summary>
    Stream,
}

/// <summary>Packs the bytes of a sample into the bits of its encoding.</summary>
/// <remarks>Bits come plane by plane, as the format numbers them. An 8-bit input gives eight packed vectors or images, one for each bit of a value.</remarks>
internal sealed class InputStep
{
    private readonly InputPlane[] _planes;
    private readonly int _planeSize;
    private readonly int _channels;
    private readonly bool _interleaves;
    private readonly int _eightBitStep;

    /// <param name="network">The network.</param>
    /// <param name="order">How an 8-bit input is taken.</param>
    public InputStep(Network network, EightBitOrder order)
    {
        _channels = network.Input.Channels;
        _planes = [.. network.Encoding.Planes(_channels)];
        _planeSize = network.Input.Height * network.Input.Width;
        if (network.Encoding.IsEightBit)
        {
            _eightBitStep = order switch
            {
                EightBitOrder.Stream => network.InputLength,
                EightBitOrder.Pixels => 64 * BitStream.WordsFor(network.InputLength),
                _ => 64 * WeightMatrix.WordsFor(network.InputLength),
            };
            _interleaves = order == EightBitOrder.Pixels && _channels > 1 && _planeSize > 1;
            ScratchWords = _interleaves ? (network.InputLength + 7) / 8 : 0;
            OutputWords = order == EightBitOrder.Stream ? BitStream.WordsFor(8 * _eightBitStep) : 8 * _eightBitStep / 64;
            return;
        }
        OutputWords = BitStream.WordsFor(_planes.Length * _planeSize);
    }

    /// <summary>Words of the packed input.</summary>
    public int OutputWords { get; }

    /// <summary>Words that the step needs for itself.</summary>
    public int ScratchWords { get; }

    /// <summary>Packs a sample.</summary>
    /// <param name="input"><c>[InputLength]</c> bytes.</param>
    /// <param name="output">Receives <see cref="OutputWords"/> words.</param>
    /// <param name="scratch"><see cref="ScratchWords"/> words of any content.</param>
    public void Run(ReadOnlySpan<byte> input, Span<ulong> output, Span<ulong> scratch)
    {
        output.Clear();
        if (_eightBitStep > 0)
        {
            Span<byte> pixels = MemoryMarshal.AsBytes(scratch);
            if (_interleaves)
                InputPacking.Interleave(input, _channels, pixels);
            for (int bit = 0; bit < 8; bit++)
                InputPacking.Bit(_interleaves ? pixels[..input.Length] : input, bit, output, bit * _eightBitStep);
            return;
        }
        for (int p = 0; p < _planes.Length; p++)
        {
            ReadOnlySpan<byte> values = input.Slice(_planes[p].Channel * _planeSize, _planeSize);
            if (_planes[p].IsThreshold)
                InputPacking.AtLeast(values, _planes[p].Value, output, p * _planeSize);
            else
                InputPacking.Bit(values, _planes[p].Value, output, p * _planeSize);
        }
    }
}
