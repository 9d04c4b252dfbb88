using Bnn.Model;
using Bnn.Training;

namespace Bnn.Trainer.Data;

/// <summary>Reads images of brightness and halved colour in seven bits, such as the files of <c>imagenette64</c>, into red, green and blue.</summary>
/// <remarks>
/// A record is the plane Y of H x W values, then Cb and Cr of H/2 x W/2 values each, rows top first, 0 to 127; no header. A value v stands
/// for 2v + 1. With each colour value used for a block of 2x2 pixels, R = Y + 1.402 (Cr − 128), G = Y − 0.344136 (Cb − 128) − 0.714136 (Cr − 128),
/// B = Y + 1.772 (Cb − 128), rounded and clamped to [0, 255]. Computed in integers of 2^-16, so that the bytes are the same on every machine.
/// A shape of one channel gives Y alone. The file of labels has a byte for each image.
/// </remarks>
internal static class YccReader
{
    /// <summary>Shape of a sample of <c>imagenette64</c>.</summary>
    public static readonly Shape Usual = new(3, 64, 64);

    // 1.402, 0.344136, 0.714136 and 1.772 in units of 2^-16.
    private const int RedOfCr = 91881, GreenOfCb = 22554, GreenOfCr = 46802, BlueOfCb = 116130, Half = 1 << 15;

    /// <summary>Reads a file of images and the file of their labels.</summary>
    /// <exception cref="InvalidDataException">The files do not belong together, a label is no class, or a value has eight bits.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UsageException">The shape has an odd side, or neither one channel nor three.</exception>
    public static DataFiles Read(DataRequest request)
    {
        Shape shape = request.ShapeOr(Usual);
        if (shape.Channels is not (1 or 3) || shape.Height % 2 != 0 || shape.Width % 2 != 0)
            throw new UsageException($"a ycc file gives 3 channels or 1, of an even number of rows and columns, but the shape is {shape}");
        int plane = shape.Height * shape.Width;
        int record = plane + (plane / 2);
        (byte[] labels, IReadOnlyList<string> names, DataFile labelsFile) = RawReader.ReadLabels(request.Paths[1], request.ClassNames);
        if ((long)labels.Length * shape.Count > DataStream.Cap)
            throw new InvalidDataException($"{request.Paths[0]}: {labels.Length} images of {shape} would take more than {DataStream.Cap} bytes");
        (byte[] records, DataFile imagesFile) = RawReader.ReadImages(request.Paths[0], labels.Length, record, shape);
        int wrong = records.AsSpan().IndexOfAnyInRange((byte)128, byte.MaxValue);
        if (wrong >= 0)
            throw new InvalidDataException($"{request.Paths[0]}: byte {wrong} is {records[wrong]}, but values have seven bits, 0 to 127");
        var pixels = new byte[(long)labels.Length * shape.Count];
        for (int i = 0; i < labels.Length; i++)
            Decode(records.AsSpan(i * record, record), pixels.AsSpan(i * shape.Count, shape.Count), shape);
        return new(new LabeledImages(request.Name, shape, pixels, labels, names), [imagesFile, labelsFile]);
    }

    private static void Decode(ReadOnlySpan<byte> record, Span<byte> to, Shape shape)
    {
        int plane = shape.Height * shape.Width;
        for (int p = 0; p < plane; p++)
        {
            int y = (2 * record[p]) + 1;
            if (shape.Channels == 1)
            {
                to[p] = (byte)y;
                continue;
            }
            int block = (p / shape.Width / 2 * (shape.Width / 2)) + (p % shape.Width / 2);
            int cb = (2 * record[plane + block]) + 1 - 128;
            int cr = (2 * record[plane + (plane / 4) + block]) + 1 - 128;
            to[p] = Byte((y << 16) + (RedOfCr * cr));
            to[plane + p] = Byte((y << 16) - (GreenOfCb * cb) - (GreenOfCr * cr));
            to[(2 * plane) + p] = Byte((y << 16) + (BlueOfCb * cb));
        }
    }

    private static byte Byte(int value) => (byte)Math.Clamp((value + Half) >> 16, 0, 255);
}
