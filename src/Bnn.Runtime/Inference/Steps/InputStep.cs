using System.Runtime.InteropServices;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Inference.Steps;

/// <summary>Packs the bytes of a sample into the bits of its encoding.</summary>
/// <remarks>Bits come plane by plane, as the format numbers them. An 8-bit input gives eight packed vectors or images, one for each bit of a value.</remarks>
internal sealed class InputStep
{
    private readonly InputPlane[] _planes;
    private readonly int _planeSize;
    private readonly int _channels;
    private readonly bool _interleaves;
    private readonly int _eightBitStride;

    /// <param name="network">The network.</param>
    /// <param name="isImage">Whether an 8-bit input is taken as an image: pixel-major, each of the eight with a readable word behind it.</param>
    public InputStep(Network network, bool isImage)
    {
        _channels = network.Input.Channels;
        _planes = [.. network.Encoding.Planes(_channels)];
        _planeSize = network.Input.Height * network.Input.Width;
        if (network.Encoding.IsEightBit)
        {
            _eightBitStride = WeightMatrix.WordsFor(network.InputLength) + (isImage ? 1 : 0);
            _interleaves = isImage && _channels > 1 && _planeSize > 1;
            ScratchWords = _interleaves ? (network.InputLength + 7) / 8 : 0;
        }
        OutputWords = network.Encoding.IsEightBit ? 8 * _eightBitStride : BitStream.WordsFor(_planes.Length * _planeSize);
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
        if (_eightBitStride > 0)
        {
            Span<byte> pixels = MemoryMarshal.AsBytes(scratch);
            if (_interleaves)
                InputPacking.Interleave(input, _channels, pixels);
            for (int bit = 0; bit < 8; bit++)
                InputPacking.Bit(_interleaves ? pixels[..input.Length] : input, bit, output.Slice(bit * _eightBitStride, _eightBitStride), 0);
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
