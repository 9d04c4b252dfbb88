using System.Diagnostics;

namespace Bnn.Trainer.Tests;

/// <summary>What was finished is not lost when nothing more can be written, and the run goes on to the same bits when there is room again.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public FullDiskTests() => SyntheticDigits.WriteTo(_folder);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("checkpoint.bin", "2 of 4 epochs saved")]
    [InlineData("options.json", "2 of 4 epochs saved")]
    [InlineData("log.csv", "2 of 4 epochs saved")]
    [InlineData("model.bnn", "4 of 4 epochs saved")]
    public void A_file_that_cannot_be_written_changes_no_other_and_resuming_gives_the_same_bits(string file, string saved)
    {
        string whole = _folder.At("whole");
        string run = _folder.At("run");
        Assert.Equal(0, Cli.Run(Train(whole)).Exit);

        // A folder in the place of the temporary file: it cannot be opened for writing.
        string obstacle = Path.Combine(run, file + ".part");
        using var stderr = new ActingWriter("epoch 2/4", () => Directory.CreateDirectory(obstacle));
        int exit = BnnCommandLine.Run(Train(run), TextWriter.Null, stderr);
        Assert.Equal(4, exit);
        string error = stderr.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Contains(file, error, StringComparison.Ordinal);
        Assert.EndsWith($"({saved}; when this is mended, go on with: bnn resume {run})", error, StringComparison.Ordinal);
        AssertConsistent(run, epochs: saved[0] - '0');
        Assert.Equal(["checkpoint.bin", "log.csv", "options.json"], FilesOf(run));

        Assert.Equal(4, Cli.Run("resume", run, "--data-dir", DataDir).Exit);
        AssertConsistent(run, epochs: saved[0] - '0');
        Directory.Delete(obstacle);
        Assert.Equal(0, Cli.Run("resume", run, "--data-dir", DataDir).Exit);
        AssertSame(whole, run);
    }

    [Fact]
    public void A_new_run_that_cannot_be_saved_leaves_no_folder()
    {
        _folder.Write("runs", "a file where a folder is wanted");
        Cli.Run(Train(_folder.At("runs", "deep", "run"))).AssertError(4, $"the folder {_folder.At("runs", "deep", "run")} cannot be made: ");
        Assert.Equal("a file where a folder is wanted", File.ReadAllText(_folder.At("runs")));
    }

    [TmpfsFact]
    public void A_full_disk_loses_nothing_that_was_finished()
    {
        string whole = _folder.At("whole");
        Assert.Equal(0, Cli.Run(Train(whole)).Exit);
        using var disk = new SmallDisk(_folder.At("disk"), kilobytes: 512);
        string run = _folder.At("disk", "deep", "run");
        string ballast = _folder.At("disk", "ballast");

        // No room for a run at all: no trace of one.
        disk.Fill(ballast, leave: 8 << 10);
        Cli.Run(Train(run)).AssertError(4, "No space left on device");
        Assert.False(Directory.Exists(_folder.At("disk", "deep")));
        File.Delete(ballast);

        // Full after two epochs.
        using var stderr = new ActingWriter("epoch 2/4", () => disk.Fill(ballast, leave: 8 << 10));
        Assert.Equal(4, BnnCommandLine.Run(Train(run), TextWriter.Null, stderr));
        Assert.Contains("No space left on device", stderr.ToString(), StringComparison.Ordinal);
        Assert.Contains("2 of 4 epochs saved", stderr.ToString(), StringComparison.Ordinal);
        AssertConsistent(run, epochs: 2);
        Assert.Equal(["checkpoint.bin", "log.csv", "options.json"], FilesOf(run));

        // Still full: said before any work is done.
        Cli.Run("resume", run, "--data-dir", DataDir).AssertError(4, "2 of 4 epochs saved");

        File.Delete(ballast);
        Assert.Equal(0, Cli.Run("resume", run, "--data-dir", DataDir).Exit);
        AssertSame(whole, run);

        // Files of other commands.
        string text = _folder.At("disk", "out");
        File.WriteAllText(text, "old");
        disk.Fill(ballast, leave: 0);
        string model = Path.Combine(run, "model.bnn");
        Cli.Run("emit", model, "--out", text).AssertError(4, "No space left on device");
        Cli.Run("eval", model, "optdigits", "--data-dir", DataDir, "--predictions", text).AssertError(4, "No space left on device");
        Assert.Equal("old", File.ReadAllText(text));
        Assert.False(File.Exists(text + ".part"));
    }

    [UnixFact]
    public void Standard_output_on_a_full_disk_is_an_error()
    {
        Assert.Equal(0, Cli.Run(Train(_folder.At("run"))).Exit);
        (int exit, _, string error) = BnnProcess.Shell($"$BNN inspect {_folder.At("run")} >/dev/full");
        Assert.Equal(4, exit);
        Assert.Equal("error: standard output cannot be written to: No space left on device\n", error);
    }

    private string DataDir => _folder.At("data");

    private string[] Train(string run) =>
        ["train", "optdigits", "--out", run, "--arch", "dense-24 scores", "--epochs", "4", "--batch", "20", "--encoding", "threshold-8", "--data-dir", DataDir];

    private static string[] FilesOf(string run) => [.. Directory.GetFiles(run).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static void AssertConsistent(string run, int epochs)
    {
        Assert.Equal(epochs, Training.RunFolder.Open(run).ReadCheckpoint().History.Count);
        Assert.Equal(epochs + 1, File.ReadAllLines(Path.Combine(run, "log.csv")).Length);
        Assert.Contains("\"epochs\": 4", File.ReadAllText(Path.Combine(run, "options.json")), StringComparison.Ordinal);
    }

    private static void AssertSame(string expected, string actual)
    {
        Assert.Equal(FilesOf(expected), FilesOf(actual));
        foreach (string file in FilesOf(expected))
            Assert.Equal(File.ReadAllBytes(Path.Combine(expected, file)), File.ReadAllBytes(Path.Combine(actual, file)));
    }
}

/// <summary>A test that mounts a small file system in memory, for which one must be root; elsewhere it is skipped.</summary>
public sealed class TmpfsFactAttribute : FactAttribute
{
    public TmpfsFactAttribute()
    {
        using var folder = new TempFolder();
        try
        {
            new SmallDisk(folder.At("disk"), kilobytes: 64).Dispose();
        }
        catch (Exception problem) when (problem is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            Skip = $"needs to mount a tmpfs, which is refused here: {problem.Message}";
        }
    }
}

/// <summary>A file system in memory, gone with the test.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _path;

    public SmallDisk(string path, int kilobytes)
    {
        Directory.CreateDirectory(_path = path);
        Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", path);
    }

    /// <summary>Writes a file that takes all room but so many bytes.</summary>
    public void Fill(string ballast, long leave) => File.WriteAllBytes(ballast, new byte[new DriveInfo(_path).AvailableFreeSpace - leave]);

    public void Dispose() => Run("umount", _path);

    private static void Run(string program, params string[] args)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(error.Trim());
    }
}
