using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Bnn.Model;
using Bnn.Trainer.Data;
using Bnn.Training;

namespace Bnn.Trainer.Tests;

/// <summary>Known data sets from a server on this machine.</summary>
public sealed class DownloadTests : IDisposable
{
    private static readonly byte[] s_train = Encoding.ASCII.GetBytes(SyntheticDigits.Table(2000, seed: 1));
    private static readonly byte[] s_test = Encoding.ASCII.GetBytes(SyntheticDigits.Table(20, seed: 2));
    private static readonly byte[] s_packed = IdxFiles.Gzip(s_train);

    private readonly TempFolder _folder = new();
    private readonly LocalServer _server = new();
    private readonly StringWriter _stderr = new();
    private readonly CancellationTokenSource _cancel = new();

    public DownloadTests() => _server.Files["good.test/d/digits.tra.gz"] = s_packed;

    private string Cache => _folder.At("cache", "data");

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
        _stderr.Dispose();
        _cancel.Dispose();
    }

    [Fact]
    public void A_file_is_got_checked_and_kept()
    {
        Assert.Equal(2000, Get().Count);
        Assert.Equal(s_packed, File.ReadAllBytes(Only(Cache, "digits", "digits.tra.gz")));
        Assert.Contains("getting https://good.test/d/digits.tra.gz, ", _stderr.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("warning", _stderr.ToString(), StringComparison.Ordinal);
        Get();
        Assert.Single(_server.Requests);
    }

    [Fact]
    public void A_terminal_shows_a_line_that_changes()
    {
        var context = new CommandContext(TextWriter.Null, _stderr, IsOutTerminal: true, IsErrorTerminal: true, _cancel.Token) { Data = Around() };
        Set().ReadTrain(DataAccess.Of(context, null, isOffline: false));
        Assert.EndsWith($"\r  100.00 %, {s_packed.Length / 1000.0:F1} kB   \n", _stderr.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_was_named_receives_the_files()
    {
        Directory.CreateDirectory(_folder.At("mine"));
        Get(given: _folder.At("mine"));
        Only(_folder.At("mine"), "digits", "digits.tra.gz");
        Assert.False(Directory.Exists(Cache));
    }

    [Fact]
    public void A_cut_connection_is_tried_again_from_where_it_broke()
    {
        _server.Cuts.Enqueue(1000);
        _server.Cuts.Enqueue(0);
        _server.Cuts.Enqueue(500);
        Assert.Equal(2000, Get().Count);
        string file = "good.test/d/digits.tra.gz";
        Assert.Equal([file, file + " from 1000", file + " from 1000", file + " from 1500"], _server.Requests);
        Assert.Contains("the connection broke; trying again", _stderr.ToString(), StringComparison.Ordinal);
        Assert.Contains("going on after 1.5 kB", _stderr.ToString(), StringComparison.Ordinal);
        Only(Cache, "digits", "digits.tra.gz");
    }

    [Fact]
    public void A_connection_that_always_breaks_leaves_a_part_that_the_next_call_goes_on_with()
    {
        foreach (int cut in new[] { 700, 0, 0, 0, 0 })
            _server.Cuts.Enqueue(cut);
        string problem = Assert.Throws<IOException>(() => Get()).Message;
        Assert.Contains("digits.tra.gz: the connection broke, after 700 bytes; the next call goes on from there", problem, StringComparison.Ordinal);
        Assert.Contains("Get it from the digits' page", problem, StringComparison.Ordinal);
        Assert.Equal(s_packed[..700], File.ReadAllBytes(Only(Cache, "digits", "digits.tra.gz.part")));

        _server.Requests.Clear();
        Assert.Equal(2000, Get().Count);
        Assert.Equal("good.test/d/digits.tra.gz from 700", Assert.Single(_server.Requests));
        Only(Cache, "digits", "digits.tra.gz");
    }

    [Fact]
    public void A_server_without_ranges_sends_it_whole()
    {
        _server.KnowsNoRanges = true;
        _server.Cuts.Enqueue(1000);
        Assert.Equal(2000, Get().Count);
        Assert.Equal(s_packed, File.ReadAllBytes(Only(Cache, "digits", "digits.tra.gz")));
    }

    [Fact]
    public void A_part_that_is_whole_already_is_taken()
    {
        _folder.Write("cache/data/digits/digits.tra.gz.part", s_packed);
        Assert.Equal(2000, Get().Count);
        Only(Cache, "digits", "digits.tra.gz");
    }

    [Theory]
    [InlineData(300)]
    [InlineData(100_000_000)]
    public void A_part_of_another_file_is_thrown_away_and_got_again(int length)
    {
        _folder.Write("cache/data/digits/digits.tra.gz.part", new byte[Math.Min(length, s_packed.Length + 10)]);
        Assert.Equal(2000, Get().Count);
        Assert.Equal(s_packed, File.ReadAllBytes(Only(Cache, "digits", "digits.tra.gz")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Wrong_bytes_are_refused_and_nothing_stays(bool isGzip)
    {
        byte[] other = Encoding.ASCII.GetBytes(SyntheticDigits.Table(2000, seed: 3));
        _server.Files["good.test/d/digits.tra.gz"] = isGzip ? IdxFiles.Gzip(other) : other;
        string problem = Assert.Throws<IOException>(() => Get()).Message;
        Assert.Contains("https://good.test/d/digits.tra.gz: its content is not the published digits.tra", problem, StringComparison.Ordinal);
        Assert.Contains("it was thrown away", problem, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(Cache, "digits")));
    }

    [Fact]
    public void Another_place_is_tried_when_the_first_has_no_or_wrong_files()
    {
        _server.Files["bad.test/digits.tra"] = [1, 2, 3];
        KnownSet set = Set(new WebFolder("https://none.test/", ".gz"), new WebFolder("https://bad.test/", ""), new WebFolder("https://good.test/d/", ".gz"));
        Assert.Equal(2000, set.ReadTrain(Access()).Count);
        Assert.Equal(["none.test/digits.tra.gz", "bad.test/digits.tra", "good.test/d/digits.tra.gz"], _server.Requests);
        Only(Cache, "digits", "digits.tra.gz");
    }

    [Fact]
    public void A_file_that_is_nowhere_is_an_error_that_says_what_to_do()
    {
        _server.Files.Clear();
        string problem = Assert.Throws<IOException>(() => Get()).Message;
        string folder = Path.Combine(Cache, "digits");
        Assert.Contains($"{folder} has no digits.tra (plain or .gz). Get it from the digits' page, put it into {folder}", problem, StringComparison.Ordinal);
        Assert.Contains("the download failed: https://good.test/d/digits.tra.gz: the server answers 404 Because.", problem, StringComparison.Ordinal);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public void A_server_in_trouble_is_asked_again_and_then_given_up()
    {
        _server.Status = 503;
        Assert.Contains("the server answers 503", Assert.Throws<IOException>(() => Get()).Message, StringComparison.Ordinal);
        Assert.Equal(4, _server.Requests.Count);
    }

    [Fact]
    public void A_server_that_cannot_be_reached_is_told()
    {
        string problem = Assert.Throws<IOException>(() => Get(around => around with { Network = new Unreachable() })).Message;
        Assert.Contains("the server cannot be reached", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_falls_silent_is_given_up()
    {
        _server.StallsAfter = 0;
        string problem = Assert.Throws<IOException>(() => Get(around => around with { Patience = TimeSpan.FromMilliseconds(200) })).Message;
        Assert.Contains("nothing came for 0.2 s", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Ctrl_c_stops_a_download_and_the_next_call_goes_on()
    {
        _server.StallsAfter = 900;
        _cancel.CancelAfter(TimeSpan.FromSeconds(2));
        Assert.ThrowsAny<OperationCanceledException>(() => Get());
        Assert.Equal(900, new FileInfo(Only(Cache, "digits", "digits.tra.gz.part")).Length);
    }

    [Fact]
    public void A_command_that_is_stopped_while_it_downloads_says_so()
    {
        _server.Files["archive.ics.uci.edu/ml/machine-learning-databases/optdigits/optdigits.tra"] = s_train;
        _server.StallsAfter = 900;
        _cancel.CancelAfter(TimeSpan.FromSeconds(2));
        Cli data = Cli.Run(Around(), _cancel.Token, "train", "optdigits", "--out", _folder.At("run"));
        Assert.Equal((130, ""), (data.Exit, data.Out));
        Assert.Contains("stopped", data.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.At("run")));
    }

    [Fact]
    public void Offline_nothing_is_asked_for()
    {
        string problem = Assert.Throws<FileNotFoundException>(() => Get(around => around with { IsOffline = true })).Message;
        Assert.Contains("or let bnn download it, without --offline or BNN_OFFLINE", problem, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => Set().ReadTrain(DataAccess.Of(Context(Around()), null, isOffline: true)));
        Assert.Empty(_server.Requests);
        Assert.False(Directory.Exists(Cache));
    }

    [Fact]
    public void A_set_without_a_home_in_the_web_says_what_to_put_where()
    {
        DataAccess access = Access();
        string problem = Assert.Throws<FileNotFoundException>(() => DataCatalogue.Find("imagenette64")!.ReadTrain(access)).Message;
        Assert.Contains("has no imagenette64-train.ycc and imagenette64-train.labels", problem, StringComparison.Ordinal);
        Assert.Contains("imagenette64 cannot be downloaded by bnn", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_is_told_and_nothing_stays_that_a_reader_would_take()
    {
        if (!File.Exists("/dev/full"))
            return; // only Linux has a device that is always full
        Directory.CreateDirectory(Path.Combine(Cache, "digits"));
        File.CreateSymbolicLink(Path.Combine(Cache, "digits", "digits.tra.gz.part"), "/dev/full");
        string problem = Assert.Throws<IOException>(() => Get()).Message;
        Assert.Contains($"digits cannot be stored in {Path.Combine(Cache, "digits")}: No space left on device", problem, StringComparison.Ordinal);
        Assert.Contains("Another folder can be named with --data-dir.", problem, StringComparison.Ordinal);
        Only(Cache, "digits", "digits.tra.gz.part");
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_told()
    {
        _folder.Write("cache", "a file where the folder should be");
        Assert.Contains("cannot be stored in", Assert.Throws<IOException>(() => Get()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_is_unpacked_checked_and_deleted()
    {
        _server.Files["good.test/d.tar.gz"] = Archive(("d/readme", [1]), ("d/digits.tes", s_test), ("d/digits.tra", s_train));
        _server.Cuts.Enqueue(200);
        KnownSet set = Set(new WebArchive("https://good.test/d.tar.gz"));
        Assert.Equal(2000, set.ReadTrain(Access()).Count);
        Assert.Equal(20, set.ReadSplit("test", Access(), new("m", set.Shape, 10, [], null)).Count);
        Assert.Equal(["good.test/d.tar.gz", "good.test/d.tar.gz from 200"], _server.Requests);
        Only(Cache, "digits", "digits.tes", "digits.tra");
    }

    [Theory]
    [InlineData(0, "digits.tra is not in it")]
    [InlineData(1, "its content is not the published digits.tra")]
    [InlineData(2, "digits.tra in it has 3 bytes")]
    [InlineData(3, "its content is not the published digits.tra")]
    [InlineData(4, "it is damaged")]
    public void A_wrong_archive_is_refused_and_nothing_stays(int kind, string message)
    {
        byte[] changed = [.. s_train];
        changed[0] ^= 1;
        _server.Files["good.test/d.tar.gz"] = kind switch
        {
            0 => Archive(("d/digits.tes", s_test)),
            1 => Archive(("d/digits.tes", s_test), ("d/digits.tra", changed)),
            2 => Archive(("d/digits.tes", s_test), ("d/digits.tra", [1, 2, 3])),
            3 => Archive(("d/digits.tes", s_test), ("d/digits.tra", s_train))[..3000],
            _ => [1, 2, 3],
        };
        string problem = Assert.Throws<IOException>(() => Set(new WebArchive("https://good.test/d.tar.gz")).ReadTrain(Access())).Message;
        Assert.Contains(message, problem, StringComparison.Ordinal);
        Assert.Contains("it was thrown away", problem, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(Cache, "digits")));
    }

    [Fact]
    public void The_catalogue_asks_the_homes_of_its_sets()
    {
        foreach (KnownSet set in DataCatalogue.All.Where(set => set.Sources.Count > 0))
        {
            Cli.Run(Around(), CancellationToken.None, "data", set.Name).AssertError(4, $"{set.TrainFiles[0].Name}");
            Assert.False(Directory.Exists(Cache) && Directory.EnumerateFiles(Cache, "*", SearchOption.AllDirectories).Any());
        }
        Assert.Contains("raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/train-images-idx3-ubyte.gz", _server.Requests);
        Assert.Contains("ossci-datasets.s3.amazonaws.com/mnist/train-images-idx3-ubyte.gz", _server.Requests);
        Assert.Contains("www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", _server.Requests);
        Assert.Contains("archive.ics.uci.edu/ml/machine-learning-databases/optdigits/optdigits.tra", _server.Requests);
        Assert.Contains("archive.ics.uci.edu/ml/machine-learning-databases/monks-problems/monks-2.train", _server.Requests);
    }

    [DataFact("optdigits")]
    public void A_known_set_is_got_by_the_first_command_that_needs_it()
    {
        KnownSet set = DataCatalogue.Find("optdigits")!;
        string path = set.Locate(set.TrainFiles, DataFactAttribute.Access())![0];
        _server.Files["archive.ics.uci.edu/ml/machine-learning-databases/optdigits/optdigits.tra"] = File.ReadAllBytes(path);
        Cli train = Cli.Run(Around(), CancellationToken.None, "train", "optdigits", "--out", _folder.At("run"), "--epochs", "1", "--arch", "dense-8 scores");
        Assert.Equal(0, train.Exit);
        Assert.Single(_server.Requests);
        Only(Cache, "uci", "optdigits.tra");
    }

    private DataEnvironment Around() => new(null, Cache, IsOffline: false) { Network = _server.Network, Pause = TimeSpan.FromMilliseconds(1) };

    private CommandContext Context(DataEnvironment around) =>
        new(TextWriter.Null, _stderr, IsOutTerminal: false, IsErrorTerminal: false, _cancel.Token) { Data = around };

    private DataAccess Access(DataEnvironment? around = null, string? given = null) => DataAccess.Of(Context(around ?? Around()), given, isOffline: false);

    private LabeledImages Get(Func<DataEnvironment, DataEnvironment>? change = null, string? given = null) =>
        Set().ReadTrain(Access(change?.Invoke(Around()), given));

    private static KnownSet Set(params WebSource[] sources) => new("digits", "threshold")
    {
        About = "digits",
        Authors = "nobody",
        Licence = "none",
        Home = "the digits' page",
        Sources = sources.Length > 0 ? sources : [new WebFolder("https://good.test/d/", ".gz")],
        Format = DataFormat.Table,
        Shape = new Shape(1, 8, 8),
        Labels = ClassNames.Numbers(10),
        Folders = ["digits"],
        TrainFiles = [Known("digits.tra", s_train)],
        TestFiles = [Known("digits.tes", s_test)],
    };

    private static KnownFile Known(string name, byte[] content) => new(name, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));

    private static byte[] Archive(params (string Name, byte[] Content)[] files)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        using (var tar = new TarWriter(gzip))
        {
            foreach ((string name, byte[] content) in files)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }
        return packed.ToArray();
    }

    // The files in a folder, and no others; gives the path of the first.
    private static string Only(string root, string folder, params string[] files)
    {
        Assert.Equal(files, Directory.GetFiles(Path.Combine(root, folder)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        return Path.Combine(root, folder, files[0]);
    }

    private sealed class Unreachable : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new HttpRequestException(HttpRequestError.NameResolutionError, "no such host");
    }
}
