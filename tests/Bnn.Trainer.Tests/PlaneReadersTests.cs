using Bnn.Model;
using Bnn.Trainer.Data;
using Bnn.Training;

namespace Bnn.Trainer.Tests;

/// <summary>CIFAR-10 binary, raw planes, and the seven-bit planes of brightness and colour.</summary>
public sealed class PlaneReadersTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Cifar_files_follow_each_other()
    {
        byte[] first = [.. Record(7, 1), .. Record(0, 2)];
        byte[] second = Record(3, 3);
        LabeledImages samples = Read($"cifar:{_folder.Write("1.bin", first)},{_folder.Write("2.bin.gz", IdxFiles.Gzip(second))}");
        Assert.Equal([7, 0, 3], samples.Labels);
        Assert.Equal(new Shape(3, 32, 32), samples.Shape);
        Assert.Equal([.. first[1..3073], .. first[3074..], .. second[1..]], samples.Pixels);
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7"], samples.ClassNames);
    }

    [Fact]
    public void Cifar_records_may_have_another_shape()
    {
        LabeledImages samples = Read($"cifar:{_folder.Write("1.bin", [1, 10, 11, 0, 12, 13])},shape=1x2,names=no+yes");
        Assert.Equal([10, 11, 12, 13], samples.Pixels);
        Assert.Equal([1, 0], samples.Labels);
        Assert.Equal(["no", "yes"], samples.ClassNames);
    }

    [Fact]
    public void Every_cut_of_a_cifar_file_is_refused_by_name()
    {
        for (int length = 0; length < 6; length++)
        {
            if (length % 3 != 0 || length == 0)
                Assert.StartsWith(_folder.At("1.bin") + ": ", Refused($"cifar:{_folder.Write("1.bin", new byte[length])},shape=1x2"), StringComparison.Ordinal);
        }
        string refused = Refused($"cifar:{_folder.Write("1.bin", new byte[4])},shape=1x2");
        Assert.Contains("4 bytes are no whole number of records of 3 bytes", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cifar_label_that_is_no_class_is_refused_in_its_file()
    {
        string good = _folder.Write("1.bin", [0, 10, 11]), bad = _folder.Write("2.bin", [1, 10, 11, 2, 10, 11]);
        Assert.Equal($"{bad}: label 2 of sample 1; classes are 0 to 1", Refused($"cifar:{good},{bad},shape=1x2,names=a+b"));
    }

    [Fact]
    public void Raw_planes_are_taken_as_they_are()
    {
        string names = _folder.Write("n", "cat\r\n dog \n\n");
        LabeledImages samples = Read($"raw:{_folder.Write("i", [1, 2, 3, 4, 5, 255])},{_folder.Write("l", [1, 0])},shape=3x1x1,names={names}");
        Assert.Equal([1, 2, 3, 4, 5, 255], samples.Pixels);
        Assert.Equal([1, 0], samples.Labels);
        Assert.Equal(["cat", "dog"], samples.ClassNames);
        Assert.Equal(new Shape(3, 1, 1), samples.Shape);
    }

    [Theory]
    [InlineData(5, 2, "images: cut off: 2 images of 3x1x1, one for each label, needs 6 bytes, but the file has 5")]
    [InlineData(7, 2, "images: too long: 6 bytes are expected, but more follow")]
    [InlineData(6, 0, "labels: holds no labels")]
    public void Raw_files_that_do_not_belong_together_are_refused(int images, int labels, string message) => Assert.Contains(
        message, Refused($"raw:{_folder.Write("images", new byte[images])},{_folder.Write("labels", new byte[labels])},shape=3x1x1"), StringComparison.Ordinal);

    [Fact]
    public void Raw_planes_need_a_shape()
    {
        var wrong = Assert.Throws<UsageException>(() => Read($"raw:{_folder.Write("i", [1])},{_folder.Write("l", [1])}"));
        Assert.Contains("what shape has a sample", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Brightness_and_colour_become_red_green_and_blue()
    {
        // One block of 2x2 pixels: Y = 1, 129, 255, 65; Cb − 128 = 1 + 2·0 − 128, Cr likewise.
        byte[] record = [0, 64, 127, 32, 20, 100];
        LabeledImages samples = Read($"ycc:{_folder.Write("i.ycc", record)},{_folder.Write("l", [0])},shape=3x2x2");
        var expected = new byte[12];
        for (int p = 0; p < 4; p++)
        {
            double y = (2 * record[p]) + 1, cb = (2 * 20) + 1 - 128, cr = (2 * 100) + 1 - 128;
            expected[p] = Byte(y + (1.402 * cr));
            expected[4 + p] = Byte(y - (0.344136 * cb) - (0.714136 * cr));
            expected[8 + p] = Byte(y + (1.772 * cb));
        }
        Assert.Equal(expected, samples.Pixels);
        Assert.Equal([1, 129, 255, 65], Read($"ycc:{_folder.At("i.ycc")},{_folder.At("l")},shape=2x2").Pixels);

        static byte Byte(double value) => (byte)Math.Clamp(Math.Floor(value + 0.5), 0, 255);
    }

    [Fact]
    public void Each_colour_value_serves_its_own_block()
    {
        // 2x4 pixels: two blocks; only the right one is red.
        byte[] record = [.. Enumerable.Repeat((byte)60, 8), 64, 64, 64, 127];
        byte[] pixels = Read($"ycc:{_folder.Write("i.ycc", record)},{_folder.Write("l", [0])},shape=3x2x4").Pixels;
        Assert.Equal(pixels[0], pixels[5]);
        Assert.Equal(pixels[2], pixels[7]);
        Assert.True(pixels[2] > pixels[1] + 100);
    }

    [Theory]
    [InlineData("shape=3x2x3")]
    [InlineData("shape=2x2x2")]
    public void Odd_or_other_shapes_of_brightness_and_colour_are_refused(string shape) =>
        Assert.Throws<UsageException>(() => Read($"ycc:{_folder.Write("i.ycc", new byte[6])},{_folder.Write("l", [0])},{shape}"));

    [Fact]
    public void A_value_of_eight_bits_is_refused_with_its_place() => Assert.Contains(
        "i.ycc: byte 2 is 128, but values have seven bits",
        Refused($"ycc:{_folder.Write("i.ycc", [0, 0, 128, 0, 0, 0])},{_folder.Write("l", [0])},shape=3x2x2"), StringComparison.Ordinal);

    private static byte[] Record(byte label, byte seed) => [label, .. Enumerable.Range(0, 3072).Select(i => (byte)(i * seed))];

    private static LabeledImages Read(string text)
    {
        DataSpec spec = DataSpec.Parse(text, out string? problem)!;
        Assert.Null(problem);
        return spec.Read(null, null, warning => Assert.Fail(warning)).Samples;
    }

    private static string Refused(string text) => Assert.Throws<InvalidDataException>(() => Read(text)).Message;
}
