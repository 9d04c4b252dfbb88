using Bnn.Model;

namespace Bnn.Trainer.Data;

/// <summary>Reads one image in the portable formats: PGM (grey, P2 and P5) and PPM (colour, P3 and P6).</summary>
/// <remarks>
/// A header of words: P2, P3, P5 or P6, columns, rows, and the largest value M in [1, 65535]; a <c>#</c> begins a comment to the end of the line.
/// P2 and P3 go on with numbers in words; P5 and P6, after one blank, with bytes, or pairs of bytes, high one first, if M &gt; 255. A value v becomes
/// ⌊(255 v + M/2) / M⌋, so that M becomes 255 and nothing changes where M is 255. Source: the Netpbm manual, "pgm" and "ppm".
/// </remarks>
internal static class PnmReader
{
    /// <summary>Most bytes of an image file, 128 MiB.</summary>
    public const long Cap = 128 << 20;

    /// <summary>Ends of names that are taken for images, with or without <c>.gz</c> after them.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".pgm", ".ppm", ".pnm"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The image, plain or .gz.</param>
    /// <returns>Shape, <c>[shape.Count]</c> values, channel-major, and the SHA-256 of the file.</returns>
    /// <exception cref="InvalidDataException">It is not such an image, is cut off or too long; the message gives the byte.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static (Shape Shape, byte[] Pixels, string Hash) Read(string path)
    {
        using var stream = new DataStream(path);
        byte[] content = stream.ReadToEnd(Cap);
        string hash = stream.Finish();
        var image = new Image(stream, content);
        return (image.Shape, image.Read(), hash);
    }

    private sealed class Image
    {
        private readonly DataStream _file;
        private readonly byte[] _content;
        private readonly bool _isPlain;
        private readonly int _largest;
        private int _at = 2;

        public Image(DataStream file, byte[] content)
        {
            (_file, _content) = (file, content);
            if (content.Length < 2 || content[0] != 'P' || content[1] is not ((byte)'2' or (byte)'3' or (byte)'5' or (byte)'6'))
                throw file.Bad($"not a PGM or PPM image: it must start with P2, P3, P5 or P6");
            _isPlain = content[1] is (byte)'2' or (byte)'3';
            int channels = content[1] is (byte)'3' or (byte)'6' ? 3 : 1;
            int width = Number("the number of columns", 1, ModelCaps.FanIn);
            int height = Number("the number of rows", 1, ModelCaps.FanIn);
            Shape = new(channels, height, width);
            if (Shape.LongCount > ModelCaps.LayerValues)
                throw file.Bad($"{Shape} values; a sample may have {ModelCaps.LayerValues}");
            _largest = Number("the largest value", 1, 65535);
        }

        public Shape Shape { get; }

        public byte[] Read()
        {
            if (_isPlain)
                return ReadWords();
            if (_at == _content.Length || !IsBlank(_content[_at]))
                throw _file.Bad($"a blank must stand between the largest value and the image, at byte {_at}");
            int width = _largest > 255 ? 2 : 1;
            ReadOnlySpan<byte> values = _content.AsSpan(_at + 1);
            int needed = Shape.Count * width;
            if (values.Length < needed)
                throw _file.Bad($"cut off: an image of {Shape} needs {needed} bytes from byte {_at + 1}, but {values.Length} follow");
            if (values.Length > needed)
                throw _file.Bad($"too long: the image of {Shape} ends at byte {_at + 1 + needed}, but {values.Length - needed} more follow");
            var pixels = new byte[Shape.Count];
            for (int i = 0; i < pixels.Length; i++)
            {
                int value = width == 1 ? values[i] : (values[2 * i] << 8) | values[(2 * i) + 1];
                if (value > _largest)
                    throw _file.Bad($"the value at byte {_at + 1 + (i * width)} is {value}, but the largest is stated as {_largest}");
                pixels[Place(i)] = Scale(value);
            }
            return pixels;
        }

        private byte[] ReadWords()
        {
            // Each value takes a digit and the blank before it.
            if (_content.Length - _at < 2L * Shape.Count)
                throw _file.Bad($"cut off: an image of {Shape} needs {Shape.Count} numbers, but only {_content.Length - _at} bytes follow");
            var pixels = new byte[Shape.Count];
            for (int i = 0; i < pixels.Length; i++)
                pixels[Place(i)] = Scale(Number("a value", 0, _largest));
            SkipBlanks();
            return _at == _content.Length ? pixels : throw _file.Bad($"too long: the image of {Shape} ends before byte {_at}, but more follows");
        }

        private byte Scale(int value) => (byte)(((255 * value) + (_largest / 2)) / _largest);

        // Files go pixel by pixel, samples plane by plane.
        private int Place(int index) => Shape.Channels == 1 ? index : (index % 3 * Shape.Height * Shape.Width) + (index / 3);

        private int Number(string what, int least, int most)
        {
            int before = _at;
            SkipBlanks();
            int start = _at;
            long value = 0;
            for (; _at < _content.Length && _content[_at] is >= (byte)'0' and <= (byte)'9'; _at++)
                value = Math.Min((10 * value) + _content[_at] - '0', int.MaxValue);
            if (_at == _content.Length && start == _at)
                throw _file.Bad($"cut off: it ends before {what}");
            if (start == _at || start == before)
                throw _file.Bad($"{what} must be a number after a blank, at byte {start}");
            return value >= least && value <= most ? (int)value : throw _file.Bad($"{what} is {value} at byte {start}, but must be {least} to {most}");
        }

        private void SkipBlanks()
        {
            bool isComment = false;
            for (; _at < _content.Length && (isComment || _content[_at] == '#' || IsBlank(_content[_at])); _at++)
                isComment = (isComment || _content[_at] == '#') && _content[_at] is not ((byte)'\n' or (byte)'\r');
        }

        private static bool IsBlank(byte c) => c is (byte)' ' or (>= 9 and <= 13);
    }
}
