using Bnn.Model;

namespace Bnn.Training;

/// <summary>Turns the bytes of a sample into what the first layer sees: ±1 for each bit, or 2v − 255 for an 8-bit input.</summary>
/// <remarks>2v − 255 goes in unscaled: sums stay integers, thus exact, and batch norm takes the scale away.</remarks>
internal sealed unsafe class SampleEncoder
{
    private readonly int[] _channels;
    private readonly float[] _tables;   // [planes][256]
    private readonly int _planeSize;

    public SampleEncoder(Shape input, InputEncoding encoding)
    {
        InputLength = input.Count;
        _planeSize = input.Height * input.Width;
        if (encoding.IsEightBit)
        {
            _channels = Enumerable.Range(0, input.Channels).ToArray();
            _tables = Enumerable.Range(0, 256 * input.Channels).Select(i => (2f * (i & 255)) - 255).ToArray();
        }
        else
        {
            IReadOnlyList<InputPlane> planes = encoding.Planes(input.Channels);
            _channels = planes.Select(plane => plane.Channel).ToArray();
            _tables = Enumerable.Range(0, 256 * planes.Count).Select(i => planes[i >> 8].Bit((byte)i) ? 1f : -1f).ToArray();
        }
    }

    public int InputLength { get; }

    /// <summary>Writes planes × positions values to <paramref name="values"/>.</summary>
    public void Encode(ReadOnlySpan<byte> sample, float* values)
    {
        for (int plane = 0; plane < _channels.Length; plane++, values += _planeSize)
        {
            fixed (float* table = &_tables[256 * plane])
            fixed (byte* bytes = sample.Slice(_channels[plane] * _planeSize, _planeSize))
            {
                for (int i = 0; i < _planeSize; i++)
                    values[i] = table[bytes[i]];
            }
        }
    }
}
