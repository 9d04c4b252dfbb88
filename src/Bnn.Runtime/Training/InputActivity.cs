using Bnn.Model;

namespace Bnn.Training;

/// <summary>How many bits of an encoded image a kernel has to list that lists those that are 1, or those that are 0 where they are fewer.</summary>
internal static class InputActivity
{
    /// <summary>The mean over images of the share of the rarer bit: in [0, 0.5].</summary>
    /// <param name="encoding">Any but of bytes with shared weights, which are not bits.</param>
    /// <param name="images">At least one.</param>
    public static double Of(InputEncoding encoding, LabeledImages images)
    {
        int channels = images.Shape.Channels, pixels = images.Shape.Height * images.Shape.Width;
        IReadOnlyList<InputPlane> planes = encoding.Planes(channels);
        // [channels, 256]: the planes that are 1 at a value.
        var ones = new int[channels * 256];
        foreach (InputPlane plane in planes)
        {
            for (int value = 0; value < 256; value++)
                ones[(plane.Channel * 256) + value] += plane.Bit((byte)value) ? 1 : 0;
        }
        long bits = (long)planes.Count * pixels, rarer = 0;
        for (int i = 0; i < images.Count; i++)
        {
            ReadOnlySpan<byte> image = images.Image(i);
            long active = 0;
            for (int c = 0; c < channels; c++)
            {
                ReadOnlySpan<int> onesOf = ones.AsSpan(c * 256, 256);
                foreach (byte value in image.Slice(c * pixels, pixels))
                    active += onesOf[value];
            }
            rarer += Math.Min(active, bits - active);
        }
        return (double)rarer / bits / images.Count;
    }
}
