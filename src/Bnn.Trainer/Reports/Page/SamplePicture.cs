using Bnn.Model;

namespace Bnn.Trainer.Reports.Page;

/// <summary>Pictures of samples: grey for one channel, colours for three, the first channel for any other number; a vector is one row.</summary>
internal static class SamplePicture
{
    /// <summary>A PNG as a <c>data:</c> address.</summary>
    /// <param name="shape">Shape of the sample.</param>
    /// <param name="values"><c>[shape.Count]</c>, channel-major.</param>
    /// <param name="brightest">The value that is shown as full brightness, at least 1.</param>
    public static string DataUri(Shape shape, ReadOnlySpan<byte> values, int brightest)
    {
        Shape picture = shape is { Height: 1, Width: 1 } ? new(1, 1, shape.Channels) : shape;
        return "data:image/png;base64," + Convert.ToBase64String(Png.Encode(picture.Width, picture.Height, Pixels(picture, values, brightest)));
    }

    /// <summary>Pixels of an image, <c>[height, width]</c> or <c>[height, width, 3]</c>.</summary>
    public static byte[] Pixels(Shape image, ReadOnlySpan<byte> values, int brightest)
    {
        int depth = image.Channels == 3 ? 3 : 1;
        int places = image.Height * image.Width;
        var pixels = new byte[places * depth];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)Math.Min(255, values[(i % depth * places) + (i / depth)] * 255 / brightest);
        return pixels;
    }
}
