using Bnn.Trainer.Data;
using Bnn.Training;

namespace Bnn.Trainer.Tests;

public sealed class DataCatalogueTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("uci/optdigits.tra", false)]
    [InlineData("uci/optdigits.tra.gz", true)]
    [InlineData("optdigits/optdigits.tra", false)]
    [InlineData("optdigits/optdigits.tra.gz", true)]
    public void Optdigits_is_found_in_every_layout(string name, bool isGzip)
    {
        byte[] content = System.Text.Encoding.ASCII.GetBytes(SyntheticDigits.Table(samples: 20, seed: 1));
        _folder.Write(name, isGzip ? IdxFiles.Gzip(content) : content);
        LabeledImages train = Digits.ReadTrain(_folder.Path, _warnings.Add);
        Assert.Equal(20, train.Count);
        Assert.InRange(train.Pixels.Max(), 1, 16);
        Assert.Equal("optdigits", train.Name);
    }

    [Fact]
    public void Another_content_than_the_published_is_told()
    {
        string path = _folder.Write("uci/optdigits.tra", SyntheticDigits.Table(samples: 20, seed: 1));
        Digits.ReadTrain(_folder.Path, _warnings.Add);
        string warning = Assert.Single(_warnings);
        Assert.StartsWith($"{path} is not the published file of optdigits", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named_with_its_place_and_home()
    {
        var missing = Assert.Throws<FileNotFoundException>(() => Digits.ReadSplit("test", _folder.Path, _warnings.Add));
        Assert.Contains(_folder.At("uci"), missing.Message, StringComparison.Ordinal);
        Assert.Contains("optdigits.tes", missing.Message, StringComparison.Ordinal);
        Assert.Contains("UCI Machine Learning Repository", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_of_another_shape_are_refused()
    {
        _folder.Write("mnist/train-images-idx3-ubyte", IdxFiles.Images(1, 2, 2, [1, 2, 3, 4]));
        _folder.Write("mnist/train-labels-idx1-ubyte", IdxFiles.Labels(1, [1]));
        var refused = Assert.Throws<InvalidDataException>(() => DataCatalogue.Find("mnist")!.ReadTrain(_folder.Path, _warnings.Add));
        Assert.Contains("samples of 1x2x2, but mnist has 1x28x28", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_and_validation_need_no_test_file_and_share_no_sample()
    {
        _folder.Write("uci/optdigits.tra", SyntheticDigits.Table(samples: 200, seed: 1));
        LabeledImages all = Digits.ReadTrain(_folder.Path, _warnings.Add);
        LabeledImages train = Digits.ReadSplit("train", _folder.Path, _warnings.Add);
        LabeledImages validation = Digits.ReadSplit("validation", _folder.Path, _warnings.Add);
        Assert.Equal(20, validation.Count);
        Assert.Equal(all.Count, train.Count + validation.Count);
        var held = Enumerable.Range(0, validation.Count).Select(i => Convert.ToHexString(validation.Image(i))).ToHashSet();
        Assert.DoesNotContain(Enumerable.Range(0, train.Count), i => held.Contains(Convert.ToHexString(train.Image(i))));
    }

    [Fact]
    public void No_folder_is_a_mistake_in_use_and_a_missing_one_is_not()
    {
        Assert.Throws<DirectoryNotFoundException>(() => DataCatalogue.Folder(_folder.At("nothing")));
        Assert.Equal(_folder.Path, DataCatalogue.Folder(_folder.Path));
    }

    [DataFact("fashion-mnist")]
    public void Fashion_mnist_is_the_published_one() => AssertPublished("fashion-mnist", train: 60_000, test: 10_000);

    [DataFact("mnist")]
    public void Mnist_is_the_published_one() => AssertPublished("mnist", train: 60_000, test: 10_000);

    [DataFact("optdigits")]
    public void Optdigits_is_the_published_one() => AssertPublished("optdigits", train: 3823, test: 1797);

    private static DataSet Digits => DataCatalogue.Find("optdigits")!;

    private void AssertPublished(string name, int train, int test)
    {
        DataSet set = DataCatalogue.Find(name)!;
        string folder = DataCatalogue.Folder(null);
        Assert.Equal(train, set.ReadTrain(folder, _warnings.Add).Count);
        Assert.Equal(test, set.ReadSplit("test", folder, _warnings.Add).Count);
        Assert.Empty(_warnings);
    }
}
