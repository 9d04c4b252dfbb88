using Bnn.Trainer.Data;
using Bnn.Training;

namespace Bnn.Trainer.Tests;

public sealed class DataCatalogueTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StringWriter _stderr = new();

    public void Dispose()
    {
        _folder.Dispose();
        _stderr.Dispose();
    }

    [Theory]
    [InlineData("uci/optdigits.tra", false)]
    [InlineData("uci/optdigits.tra.gz", true)]
    [InlineData("optdigits/optdigits.tra", false)]
    [InlineData("optdigits/optdigits.tra.gz", true)]
    public void Optdigits_is_found_in_every_layout(string name, bool isGzip)
    {
        byte[] content = System.Text.Encoding.ASCII.GetBytes(SyntheticDigits.Table(samples: 20, seed: 1));
        _folder.Write(name, isGzip ? IdxFiles.Gzip(content) : content);
        LabeledImages train = Digits.ReadTrain(Access());
        Assert.Equal(20, train.Count);
        Assert.InRange(train.Pixels.Max(), 1, 16);
        Assert.Equal("optdigits", train.Name);
    }

    [Fact]
    public void Another_content_than_the_published_is_told()
    {
        string path = _folder.Write("uci/optdigits.tra", SyntheticDigits.Table(samples: 20, seed: 1));
        Digits.ReadTrain(Access());
        string warning = Assert.Single(_stderr.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith($"warning: {path} is not the published file of optdigits", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named_with_its_place_and_home()
    {
        var missing = Assert.Throws<FileNotFoundException>(() => Digits.ReadSplit("test", Access(), Model));
        Assert.Contains(_folder.At("uci"), missing.Message, StringComparison.Ordinal);
        Assert.Contains("optdigits.tes", missing.Message, StringComparison.Ordinal);
        Assert.Contains("UCI Machine Learning Repository", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_of_another_shape_are_refused()
    {
        _folder.Write("mnist/train-images-idx3-ubyte", IdxFiles.Images(1, 2, 2, [1, 2, 3, 4]));
        _folder.Write("mnist/train-labels-idx1-ubyte", IdxFiles.Labels(1, [1]));
        var refused = Assert.Throws<InvalidDataException>(() => DataCatalogue.Find("mnist")!.ReadTrain(Access()));
        Assert.Contains("samples of 1x2x2, but mnist has 1x28x28", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_and_validation_need_no_test_file_and_share_no_sample()
    {
        _folder.Write("uci/optdigits.tra", SyntheticDigits.Table(samples: 200, seed: 1));
        LabeledImages all = Digits.ReadTrain(Access());
        LabeledImages train = Digits.ReadSplit("train", Access(), Model);
        LabeledImages validation = Digits.ReadSplit("validation", Access(), Model);
        Assert.Equal(20, validation.Count);
        Assert.Equal(all.Count, train.Count + validation.Count);
        var held = Enumerable.Range(0, validation.Count).Select(i => Convert.ToHexString(validation.Image(i))).ToHashSet();
        Assert.DoesNotContain(Enumerable.Range(0, train.Count), i => held.Contains(Convert.ToHexString(train.Image(i))));
    }

    [Fact]
    public void Folders_are_searched_in_their_order()
    {
        string[] folders = [_folder.At("given"), _folder.At("named"), _folder.At("cache")];
        foreach (string folder in folders)
            Directory.CreateDirectory(folder);
        var around = new DataEnvironment(folders[1], folders[2], IsOffline: true);
        Assert.Equal(folders, Access(folders[0], around).Folders);
        Assert.Equal(folders[1..], Access(null, around).Folders);
        Assert.Equal(folders[0], Access(folders[0], around).Target);
        Assert.Equal(folders[2], Access(null, around).Target);
    }

    [Fact]
    public void A_folder_that_was_named_must_be_there()
    {
        var around = new DataEnvironment(_folder.At("nothing"), _folder.At("no-cache"), IsOffline: true);
        Assert.Contains("(from BNN_DATA)", Assert.Throws<DirectoryNotFoundException>(() => Access(null, around)).Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => Access(_folder.At("nothing"), around with { Folder = null }));
    }

    [Fact]
    public void Hyphens_and_capitals_of_a_name_do_not_matter()
    {
        Assert.Equal("cifar-10", DataCatalogue.Find("CIFAR10")!.Name);
        Assert.Null(DataCatalogue.Find("cifar-100"));
    }

    [DataFact("fashion-mnist")]
    public void Fashion_mnist_is_the_published_one() => AssertPublished("fashion-mnist", train: 60_000, test: 10_000);

    [DataFact("mnist")]
    public void Mnist_is_the_published_one() => AssertPublished("mnist", train: 60_000, test: 10_000);

    [DataFact("optdigits")]
    public void Optdigits_is_the_published_one() => AssertPublished("optdigits", train: 3823, test: 1797);

    [DataFact("cifar-10")]
    public void Cifar_10_is_the_published_one()
    {
        LabeledImages train = AssertPublished("cifar-10", train: 50_000, test: 10_000);
        Assert.Equal([1005, 974, 1032, 1016, 999, 937, 1030, 1001, 1025, 981], Counts(train.Labels.AsSpan(0, 10_000)));
    }

    [DataFact("imagenette64")]
    public void Imagenette64_is_the_known_one()
    {
        LabeledImages train = AssertPublished("imagenette64", train: 9469, test: 3925);
        Assert.Equal([963, 955, 993, 858, 941, 956, 961, 931, 951, 960], Counts(train.Labels));
    }

    [DataFact("monks-1")]
    public void Monks_1_is_the_published_one() => AssertPublished("monks-1", train: 124, test: 432);

    [DataFact("monks-2")]
    public void Monks_2_is_the_published_one() => AssertPublished("monks-2", train: 169, test: 432);

    [DataFact("monks-3")]
    public void Monks_3_is_the_published_one() => AssertPublished("monks-3", train: 122, test: 432);

    private static KnownSet Digits => DataCatalogue.Find("optdigits")!;

    private static ModelInterface Model => new("m.bnn", Digits.Shape, Digits.Labels.Count, [], null);

    private static int[] Counts(ReadOnlySpan<byte> labels)
    {
        var counts = new int[10];
        foreach (byte label in labels)
            counts[label]++;
        return counts;
    }

    private DataAccess Access() => Access(_folder.Path, new DataEnvironment(null, "/no/cache", IsOffline: true));

    private DataAccess Access(string? given, DataEnvironment around) => DataAccess.Of(
        new CommandContext(TextWriter.Null, _stderr, IsOutTerminal: false, IsErrorTerminal: false, CancellationToken.None) { Data = around },
        given, isOffline: false);

    private LabeledImages AssertPublished(string name, int train, int test)
    {
        KnownSet set = DataCatalogue.Find(name)!;
        DataAccess access = DataFactAttribute.Access(_stderr);
        LabeledImages training = set.ReadTrain(access);
        LabeledImages tests = set.Read(set.TestFiles, access).Samples;
        Assert.Equal((train, test), (training.Count, tests.Count));
        Assert.Equal(set.Shape, training.Shape);
        Assert.Equal("", _stderr.ToString());
        return training;
    }
}
