using Bnn.Model;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

public sealed class DataTests
{
    [Fact]
    public void Split_holds_out_the_same_share_of_every_class()
    {
        LabeledImages images = SyntheticImages.Create(507, new(1, 3, 3), classes: 4, seed: 8);
        DataSplit split = DataSplit.Stratified(images);
        Assert.Equal(507, split.Training.Count + split.Validation.Count);
        Assert.All(Enumerable.Range(0, 4), label => Assert.Equal(13, split.Validation.Labels.Count(l => l == label)));
        string[] All(LabeledImages of) => Enumerable.Range(0, of.Count).Select(i => of.Labels[i] + Convert.ToHexString(of.Image(i))).ToArray();
        Assert.Equal(All(images).Order(), All(split.Training).Concat(All(split.Validation)).Order());
        Assert.Equal(split.Validation.Hash, DataSplit.Stratified(images).Validation.Hash);
        Assert.NotEqual(split.Validation.Hash, DataSplit.Stratified(images, seed: 1).Validation.Hash);
        Assert.Equal(0, DataSplit.Stratified(images, validationShare: 0).Validation.Count);
    }

    [Fact]
    public void Hash_sees_pixels_labels_and_shape_but_not_names()
    {
        LabeledImages Make(Shape shape, byte pixel, byte label, string name) => new(name, shape, [1, 2, 3, pixel], [label], ["a", "b"]);
        string hash = Make(new(1, 2, 2), 4, 0, "x").Hash;
        Assert.Equal(64, hash.Length);
        Assert.Equal(hash, Make(new(1, 2, 2), 4, 0, "y").Hash);
        Assert.NotEqual(hash, Make(new(1, 2, 2), 5, 0, "x").Hash);
        Assert.NotEqual(hash, Make(new(1, 2, 2), 4, 1, "x").Hash);
        Assert.NotEqual(hash, Make(new(1, 4, 1), 4, 0, "x").Hash);
    }

    [Fact]
    public void Lengths_and_labels_are_checked()
    {
        Assert.Throws<ArgumentException>(() => new LabeledImages("x", new(1, 2, 2), new byte[7], [0, 1], ["a", "b"]));
        var error = Assert.Throws<ArgumentException>(() => new LabeledImages("x", new(1, 1, 1), [0, 0], [1, 2], ["a", "b"]));
        Assert.Contains("label 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Levels_are_those_that_tell_most_about_the_class()
    {
        // Position 0 of channel 0: class 0 below 100, class 1 from 100 on; class 2 is the brightest part of that. Position 1 is noise. Channel 1 parts at 7.
        byte[] labels = [0, 0, 0, 0, 1, 1, 2, 2];
        byte[] values = [0, 5, 80, 99, 100, 150, 230, 231];
        byte[] noise = [3, 9, 3, 9, 3, 9, 3, 9];
        byte[] other = [6, 6, 6, 6, 7, 7, 7, 7];
        byte[] pixels = Enumerable.Range(0, 8).SelectMany(i => new[] { values[i], noise[i], other[i], other[i] }).ToArray();
        var images = new LabeledImages("x", new(2, 1, 2), pixels, labels, ["a", "b", "c"]);
        Assert.Equal(new ThresholdEncoding(new([100, 7])), InputEncodings.Choose("threshold", images));
        Assert.Equal(new ThresholdEncoding(new([12, 12])), InputEncodings.Choose("threshold-12", images));
        var two = (ThermometerEncoding)InputEncodings.Choose("thermometer-2", images);
        Assert.Equal([100, 151], two.Levels[0]);        // of 151 to 230, which part the classes alike, the lowest
        Assert.Equal([1, 7], two.Levels[1]);            // nothing left to tell: the lowest free value
        Assert.Equal(new BitPlanesEncoding(new([new([6, 7]), new([6, 7])])), InputEncodings.Choose("bit-planes-2", images));
    }

    [Fact]
    public void All_levels_can_be_asked_for()
    {
        var dark = new LabeledImages("x", new(1, 1, 4), [0, 0, 0, 0], [0], ["a"]);
        Assert.Equal([1, 2, 3], ((ThermometerEncoding)InputEncodings.Choose("thermometer-3", dark)).Levels[0]);
        Assert.Equal(Enumerable.Range(1, 255), ((ThermometerEncoding)InputEncodings.Choose("thermometer-255", dark)).Levels[0]);
    }

    [Theory, InlineData(""), InlineData("thermometer-0"), InlineData("thermometer-256"), InlineData("thermometer--1")]
    [InlineData("bit-planes-9"), InlineData("threshold-"), InlineData("eight-bit-8")]
    public void Unknown_encodings_are_refused(string specification) =>
        Assert.Throws<ArgumentException>(() => InputEncodings.Choose(specification, SyntheticImages.Small));

    [Theory]
    [InlineData(0, 0, false, "123456")]
    [InlineData(0, 0, true, "321654")]
    [InlineData(0, 1, false, "012045")]
    [InlineData(0, -2, false, "300600")]
    [InlineData(1, 0, false, "000123")]
    [InlineData(-1, 1, true, "065000")]
    [InlineData(0, 3, false, "000000")]
    [InlineData(5, 0, false, "000000")]
    public void Augmentation_mirrors_then_moves_and_fills_with_zero(int down, int right, bool flip, string expected)
    {
        byte[] image = [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6];      // two channels of 2x3
        var result = new byte[12];
        Augmentation.Move(image, new(2, 2, 3), down, right, flip, result);
        Assert.Equal(expected + expected, string.Concat(result));
    }
}
