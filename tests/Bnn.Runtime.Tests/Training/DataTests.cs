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
        Assert.Contains("label 2", Assert.Throws<ArgumentException>(() => new LabeledImages("x", new(1, 1, 1), [0, 0], [1, 2], ["a", "b"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Levels_are_quantiles_of_the_values_that_are_not_zero()
    {
        // Channel 0: zeros and 1 to 100, once each; channel 1: zeros and 200.
        byte[] pixels = [.. Enumerable.Range(0, 200).Select(i => (byte)(i < 100 ? 0 : i - 99)), .. Enumerable.Range(0, 200).Select(i => (byte)(i % 2 * 200))];
        var images = new LabeledImages("x", new(2, 10, 20), pixels, [0], ["a"]);
        Assert.Equal(new ThresholdEncoding(new([50, 200])), InputEncodings.Choose("threshold", images));
        Assert.Equal(new ThresholdEncoding(new([7, 7])), InputEncodings.Choose("threshold-7", images));
        Assert.Equal(new ThermometerEncoding(new([new([25, 50, 75]), new([200, 201, 202])])), InputEncodings.Choose("thermometer-3", images));
        Assert.Equal(new BitPlanesEncoding(new([new([6, 7]), new([6, 7])])), InputEncodings.Choose("bit-planes-2", images));
    }

    [Fact]
    public void Levels_stay_below_256()
    {
        var bright = new LabeledImages("x", new(1, 1, 4), [255, 255, 255, 0], [0], ["a"]);
        Assert.Equal(new ThermometerEncoding(new([new([253, 254, 255])])), InputEncodings.Choose("thermometer-3", bright));
        var dark = new LabeledImages("x", new(1, 1, 4), [0, 0, 0, 0], [0], ["a"]);
        Assert.Equal(new ThermometerEncoding(new([new([1, 2, 3])])), InputEncodings.Choose("thermometer-3", dark));
        var every = (ThermometerEncoding)InputEncodings.Choose("thermometer-255", bright);
        Assert.Equal(Enumerable.Range(1, 255), every.Levels[0]);
    }

    [Theory, InlineData(""), InlineData("thermometer-0"), InlineData("thermometer-256"), InlineData("bit-planes-9"), InlineData("threshold-"), InlineData("eight-bit-8"), InlineData("thermometer--1")]
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
