using Bnn.Model;

namespace Bnn.Benchmarks.Networks;

/// <summary>Samples to classify.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Images"><c>[count, InputLength]</c> bytes.</param>
internal sealed record Inputs(string Name, byte[] Images)
{
    /// <summary>Noise of which half of the encoded bits are 1: any byte for an eight-bit input, else 0 or 255.</summary>
    public static Inputs Noise(Network network, int count)
    {
        var images = new byte[count * network.InputLength];
        new Random(3).NextBytes(images);
        if (!network.Encoding.IsEightBit)
        {
            for (int i = 0; i < images.Length; i++)
                images[i] = (byte)(images[i] < 128 ? 0 : 255);
        }
        return new("noise", images);
    }

    /// <summary>Real pictures of the network's shape, repeated if there are fewer.</summary>
    /// <remarks>
    /// 1x28x28: Fashion-MNIST of the sample. 3x32x32: the test pictures of CIFAR-10 where the folder of the environment variable BNN_DATA has them; else three
    /// pictures of the sample as colours of one, in a border of zeros, which is said in the name.
    /// </remarks>
    /// <exception cref="UsageException">There are none of its shape.</exception>
    public static Inputs Real(Network network, int count)
    {
        string sample = Path.Combine(AppContext.BaseDirectory, "sample", "fashion-mnist-1000-images-idx3-ubyte");
        if (network.Input == new Shape(1, 28, 28))
            return new("Fashion-MNIST", Repeat(SampleImages.Read(sample, 784, 1000), 784, count));
        if (network.Input != new Shape(3, 32, 32))
            throw new UsageException($"No real pictures of shape {network.Input} are at hand; take --inputs noise.");
        string cifar = Path.Combine(Environment.GetEnvironmentVariable("BNN_DATA") ?? "", "cifar10", "test_batch.bin");
        if (File.Exists(cifar))
        {
            // A record is a byte of label and 3072 bytes of picture, colour by colour.
            byte[] records = File.ReadAllBytes(cifar);
            byte[] pictures = [.. Enumerable.Range(0, records.Length / 3073).SelectMany(i => records.AsSpan((i * 3073) + 1, 3072).ToArray())];
            return new("CIFAR-10", Repeat(pictures, 3072, count));
        }
        return new("Fashion-MNIST as colours", Repeat(Colours(SampleImages.Read(sample, 784, 999)), 3072, count));
    }

    /// <summary>Share of encoded input bits that are 1, in [0, 1]; of an eight-bit input the share of bits of its bytes.</summary>
    public static double Ones(Network network, ReadOnlySpan<byte> images)
    {
        long ones = 0, bits = 0;
        int size = network.Input.Height * network.Input.Width;
        IReadOnlyList<InputPlane> planes = network.Encoding.Planes(network.Input.Channels);
        for (int at = 0; at < images.Length; at += size)
        {
            int channel = at / size % network.Input.Channels;
            foreach (byte value in images.Slice(at, size))
            {
                if (network.Encoding.IsEightBit)
                {
                    ones += byte.PopCount(value);
                    bits += 8;
                    continue;
                }
                foreach (InputPlane plane in planes)
                {
                    if (plane.Channel != channel)
                        continue;
                    ones += plane.Bit(value) ? 1 : 0;
                    bits++;
                }
            }
        }
        return (double)ones / bits;
    }

    private static byte[] Colours(byte[] grey)
    {
        var pictures = new byte[grey.Length / 784 / 3 * 3072];
        for (int row = 0; row < grey.Length / 28; row++)
            grey.AsSpan(row * 28, 28).CopyTo(pictures.AsSpan((row / 28 * 1024) + (((row % 28) + 2) * 32) + 2));
        return pictures;
    }

    private static byte[] Repeat(byte[] images, int length, int count)
    {
        var repeated = new byte[count * length];
        for (int at = 0; at < repeated.Length; at += images.Length)
            images.AsSpan(0, Math.Min(images.Length, repeated.Length - at)).CopyTo(repeated.AsSpan(at));
        return repeated;
    }
}
