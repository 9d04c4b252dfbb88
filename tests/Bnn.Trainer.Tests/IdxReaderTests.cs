using System.Security.Cryptography;
using Bnn.Model;
using Bnn.Trainer.Data;

namespace Bnn.Trainer.Tests;

public sealed class IdxReaderTests : IDisposable
{
    private static readonly string[] Classes = ["a", "b", "c"];
    private static readonly byte[] Pixels = [1, 2, 3, 4, 5, 6, 250, 251, 252, 253, 254, 255];
    private static readonly byte[] GoodImages = IdxFiles.Images(2, 2, 3, Pixels);
    private static readonly byte[] GoodLabels = IdxFiles.Labels(2, [2, 0]);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Plain_files_give_samples_and_the_hash_of_their_content()
    {
        DataFiles read = Read(GoodImages, GoodLabels);
        Assert.Equal(new Shape(1, 2, 3), read.Samples.Shape);
        Assert.Equal(Pixels, read.Samples.Pixels);
        Assert.Equal([2, 0], read.Samples.Labels);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(GoodImages)), read.Files[0].Hash);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(GoodLabels)), read.Files[1].Hash);
    }

    [Fact]
    public void Compressed_files_give_the_same_samples_and_hashes()
    {
        DataFiles plain = Read(GoodImages, GoodLabels);
        DataFiles packed = IdxReader.Read(
            _folder.Write("i.gz", IdxFiles.Gzip(GoodImages)), _folder.Write("l.gz", IdxFiles.Gzip(GoodLabels)), "test", Classes);
        Assert.Equal(plain.Samples.Pixels, packed.Samples.Pixels);
        Assert.Equal(plain.Samples.Labels, packed.Samples.Labels);
        Assert.Equal(plain.Files.Select(file => file.Hash), packed.Files.Select(file => file.Hash));
    }

    [Fact]
    public void Every_cut_of_the_images_is_refused_by_name()
    {
        for (int length = 0; length < GoodImages.Length; length++)
            AssertRefused(GoodImages[..length], GoodLabels, "images: cut off");
    }

    [Fact]
    public void Every_cut_of_compressed_labels_is_refused_by_name()
    {
        byte[] packed = IdxFiles.Gzip(GoodLabels);
        string images = _folder.Write("i", GoodImages);
        for (int length = 0; length < packed.Length; length++)
        {
            string labels = _folder.Write("labels.gz", packed[..length]);
            var refused = Assert.Throws<InvalidDataException>(() => IdxReader.Read(images, labels, "test", Classes));
            Assert.StartsWith(labels + ": ", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Damaged_compression_is_refused_by_name()
    {
        byte[] packed = IdxFiles.Gzip(GoodImages);
        packed[^6] ^= 0x40; // the checksum of the content
        string images = _folder.Write("images.gz", packed);
        string labels = _folder.Write("l", GoodLabels);
        var refused = Assert.Throws<InvalidDataException>(() => IdxReader.Read(images, labels, "test", Classes));
        Assert.StartsWith($"{images}: damaged", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_magic_is_refused() =>
        AssertRefused(
            IdxFiles.Images(2, 2, 3, Pixels, magic: 2049), GoodLabels,
            "images: not an idx file of images: it must start with the number 2051, but starts with 2049");

    [Fact]
    public void Swapped_files_are_refused() => AssertRefused(GoodLabels, GoodImages, "labels: not an idx file of labels");

    [Fact]
    public void A_label_that_is_no_class_is_refused() =>
        AssertRefused(GoodImages, IdxFiles.Labels(2, [0, 3]), "labels: label 3 of sample 1; classes are 0 to 2");

    [Fact]
    public void Counts_that_differ_are_refused() => AssertRefused(GoodImages, IdxFiles.Labels(3, [0, 1, 2]), "has 2 images, but");

    [Fact]
    public void Bytes_after_the_end_are_refused() => AssertRefused([.. GoodImages, 0], GoodLabels, "images: too long: 28 bytes are expected");

    [Fact]
    public void No_samples_are_refused() => AssertRefused(IdxFiles.Images(0, 2, 3, []), GoodLabels, "images: holds 0 images");

    [Theory]
    [InlineData(4_000_000_000u, 1u, 1u)]
    [InlineData(4_000_000_000u, 1024u, 4096u)]
    [InlineData(1000u, 1000u, 1000u)]
    public void A_short_file_that_announces_gigabytes_costs_no_memory(uint count, uint rows, uint columns)
    {
        byte[] images = IdxFiles.Images(count, rows, columns, Pixels);
        long before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(images, GoodLabels, "images");
        string packed = _folder.Write("images.gz", IdxFiles.Gzip(images));
        Assert.Throws<InvalidDataException>(() => IdxReader.Read(packed, _folder.Write("l", GoodLabels), "test", Classes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Theory]
    [InlineData(0u, 3u)]
    [InlineData(65536u, 65536u)]
    [InlineData(4_294_967_295u, 2u)]
    public void Images_of_absurd_size_are_refused(uint rows, uint columns) =>
        AssertRefused(IdxFiles.Images(2, rows, columns, Pixels), GoodLabels, $"images: images of {rows} x {columns} values");

    private DataFiles Read(byte[] images, byte[] labels) =>
        IdxReader.Read(_folder.Write("images", images), _folder.Write("labels", labels), "test", Classes);

    private void AssertRefused(byte[] images, byte[] labels, string message) =>
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => Read(images, labels)).Message, StringComparison.Ordinal);
}
