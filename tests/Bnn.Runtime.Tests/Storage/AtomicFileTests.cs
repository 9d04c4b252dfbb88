using System.Diagnostics;
using System.Text;
using Bnn.Storage;

namespace Bnn.Runtime.Tests.Storage;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bnn-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_new_file_is_whole_and_alone()
    {
        AtomicFile.WriteText(At("a.txt"), "grüße");
        Assert.Equal(Encoding.UTF8.GetBytes("grüße"), File.ReadAllBytes(At("a.txt")));
        Assert.Equal(["a.txt"], Names());
    }

    [Fact]
    public void A_write_that_fails_half_way_keeps_the_old_file_and_leaves_nothing()
    {
        File.WriteAllText(At("a.txt"), "old");
        var failure = Assert.Throws<IOException>(() => AtomicFile.Write(At("a.txt"), FailHalfWay));
        Assert.StartsWith($"{At("a.txt")} cannot be written: no space", failure.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(At("a.txt")));
        Assert.Equal(["a.txt"], Names());
    }

    [Fact]
    public void An_error_that_is_not_of_the_disk_comes_through_as_it_is()
    {
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(At("a.txt"), _ => throw new InvalidOperationException()));
        Assert.Empty(Names());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Files_that_belong_together_change_together_or_not_at_all(int failing)
    {
        string[] names = ["a.txt", "b.txt", "c.txt"];
        foreach (string name in names)
            File.WriteAllText(At(name), "old " + name);
        (string, Action<Stream>)[] files =
            [.. names.Select((name, i) => (At(name), (Action<Stream>)(i == failing ? FailHalfWay : stream => stream.Write("new"u8))))];
        Assert.Throws<IOException>(() => AtomicFile.WriteAll(files));
        Assert.Equal(names, Names());
        Assert.All(names, name => Assert.Equal("old " + name, File.ReadAllText(At(name))));
    }

    [Fact]
    public void What_a_killed_process_left_is_taken_over()
    {
        File.WriteAllText(At("a.txt.part"), "half of something that was longer");
        AtomicFile.WriteText(At("a.txt"), "whole");
        Assert.Equal("whole", File.ReadAllText(At("a.txt")));
        Assert.Equal(["a.txt"], Names());
    }

    [Fact]
    public void A_second_writer_is_refused_and_does_not_disturb_the_first()
    {
        AtomicFile.Write(At("a.txt"), stream =>
        {
            stream.Write("fi"u8);
            Assert.Throws<IOException>(() => AtomicFile.WriteText(At("a.txt"), "second"));
            stream.Write("rst"u8);
        });
        Assert.Equal("first", File.ReadAllText(At("a.txt")));
        Assert.Equal(["a.txt"], Names());
    }

    [UnixFact]
    public void A_link_stays_a_link_and_its_target_is_replaced()
    {
        Directory.CreateDirectory(At("far"));
        File.CreateSymbolicLink(At("link"), At("far/target"));
        AtomicFile.WriteText(At("link"), "made");      // a link to nothing makes its target
        AtomicFile.WriteText(At("link"), "replaced");
        Assert.NotNull(new FileInfo(At("link")).LinkTarget);
        Assert.Equal("replaced", File.ReadAllText(At("far/target")));
        Assert.Equal(["link"], Names());
    }

    [UnixFact]
    public void The_mode_of_an_older_file_is_kept()
    {
        if (OperatingSystem.IsWindows())
            return;
        File.WriteAllText(At("a.txt"), "old");
        UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(At("a.txt"), mode);
        AtomicFile.WriteText(At("a.txt"), "new");
        Assert.Equal(mode, File.GetUnixFileMode(At("a.txt")));
    }

    [UnixFact]
    public void A_device_is_written_to_and_not_replaced()
    {
        File.CreateSymbolicLink(At("link"), "/dev/null");
        AtomicFile.WriteText("/dev/null", "gone");
        AtomicFile.WriteText(At("link"), "gone");
        Assert.Equal("", File.ReadAllText("/dev/null"));
        Assert.Equal(["link"], Names());
        if (File.Exists("/dev/full"))
            Assert.Throws<IOException>(() => AtomicFile.WriteText("/dev/full", "no space"));
    }

    [UnixFact]
    public async Task A_pipe_is_written_to_and_not_replaced()
    {
        using (Process mkfifo = Process.Start("mkfifo", [At("pipe")]))
            mkfifo.WaitForExit();
        Task<string> reader = Task.Run(() => File.ReadAllText(At("pipe")));
        AtomicFile.WriteText(At("pipe"), "through");
        Assert.Equal("through", await reader);
        Assert.Equal(["pipe"], Names());
    }

    private static void FailHalfWay(Stream stream)
    {
        stream.Write("half"u8);
        stream.Flush();
        throw new IOException("no space");
    }

    private string At(string name) => Path.Combine(_folder, name);

    private string[] Names() => [.. Directory.EnumerateFiles(_folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
