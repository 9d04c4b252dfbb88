using Bnn.Model;
using Bnn.Trainer.Data;
using Bnn.Training;

namespace Bnn.Trainer.Tests;

public sealed class ImageFolderReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Classes_and_images_follow_each_other_by_the_characters_of_their_names()
    {
        Write("b/2.pgm", 1);
        Write("b/10.pgm", 2);
        Write("B/x.PGM", 3);
        Write("a b,c/ä.pnm", 4);
        _folder.Write("photos/.hidden/x.pgm", "no image");
        _folder.Write("photos/b/.DS_Store", "no image");
        _folder.Write("photos/readme.txt", "pictures");
        LabeledImages samples = Read();
        Assert.Equal(["B", "a b,c", "b"], samples.ClassNames);
        Assert.Equal([3, 4, 2, 1], samples.Pixels);
        Assert.Equal([0, 1, 2, 2], samples.Labels);
        Assert.Equal(new Shape(1, 1, 1), samples.Shape);
        Assert.Equal("photos", samples.Name);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Classes_of_a_model_keep_their_numbers()
    {
        Write("cat/1.pgm", 1);
        Assert.Equal([2], Read("ant", "bee", "cat").Labels);
        Assert.Contains($"{_folder.At("photos", "cat")}: no such class; there are ant, bee", Refused("ant", "bee"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_of_another_size_or_kind_is_named()
    {
        Write("a/1.pgm", 1);
        string other = _folder.Write("photos/b/2.ppm", PnmFiles.Of("P6 1 1 255 RGB"));
        Assert.Equal(
            $"{other}: an image of 3x1x1, but {_folder.At("photos", "a", "1.pgm")} has 1x1x1; all must be the same", Refused());
    }

    [Fact]
    public void A_damaged_image_is_named()
    {
        Write("a/1.pgm", 1);
        string broken = _folder.Write("photos/b/2.pgm", "P5 1 1 255 ");
        Assert.StartsWith($"{broken}: cut off", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_no_images_are_told()
    {
        Write("a/1.pgm", 1);
        _folder.Write("photos/a/2.jpg", "JFIF");
        Read();
        Assert.Equal(
            $"{_folder.At("photos", "a")}: 1 of 2 files are passed over, such as 2.jpg: no PGM or PPM images by their names.", Assert.Single(_warnings));
    }

    [Fact]
    public void A_class_without_images_is_named_and_the_way_out_told()
    {
        Write("a/1.pgm", 1);
        _folder.Write("photos/b/2.jpg", "JFIF");
        string refused = Refused();
        Assert.StartsWith($"{_folder.At("photos", "b")}: no PGM or PPM images in it, but 2.jpg; convert such files first", refused, StringComparison.Ordinal);
        Assert.EndsWith("b/*.jpg'", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_without_classes_are_told_to_be_sorted()
    {
        _folder.Write("photos/1.pgm", PnmFiles.Pgm(1, 1, [1]));
        Assert.Contains("put the images of each class into a folder of its own", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_is_named() =>
        Assert.Equal($"there is no folder {_folder.At("photos")}.", Assert.Throws<DirectoryNotFoundException>(() => Read()).Message);

    private void Write(string name, byte value) => _folder.Write("photos/" + name, PnmFiles.Pgm(1, 1, [value]));

    private LabeledImages Read(params string[] classNames) =>
        new DataSpec(DataFormat.Images, [_folder.At("photos")], SpecOptions.None).Read(classNames.Length == 0 ? null : classNames, null, _warnings.Add).Samples;

    private string Refused(params string[] classNames) => Assert.Throws<InvalidDataException>(() => Read(classNames)).Message;
}
