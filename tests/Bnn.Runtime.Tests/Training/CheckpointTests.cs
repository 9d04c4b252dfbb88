using Bnn.Model;
using Bnn.Storage;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

public sealed class CheckpointTests
{
    [Theory, InlineData("threshold-9"), InlineData("thermometer-3"), InlineData("bit-planes-2"), InlineData("eight-bit"), InlineData("raw-bits")]
    public void What_is_written_is_read(string encoding)
    {
        using TrainingRun run = Run(encoding);
        byte[] bytes = Bytes(run.ToCheckpoint());
        Checkpoint read = Read(bytes);
        Assert.Equal(run.Options, read.Options);
        Assert.Equal(run.History, read.History);
        Assert.Equal(run.Network.Hash(), read.Network.Hash());
        Assert.Equal(run.Network.Encoding, read.Network.Encoding);
        Assert.Equal("synthetic", read.DataName);
        Assert.Equal(bytes, Bytes(read));
    }

    [Fact]
    public void Every_truncation_is_refused_with_the_name_of_the_file()
    {
        using TrainingRun run = Run("threshold");
        byte[] bytes = Bytes(run.ToCheckpoint());
        for (int length = 0; length < bytes.Length; length += Math.Max(1, bytes.Length / 97))
            Assert.Contains("run/checkpoint.bin", Assert.Throws<InvalidDataException>(() => Read(bytes[..length])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_changed_bit_is_refused()
    {
        using TrainingRun run = Run("threshold");
        byte[] bytes = Bytes(run.ToCheckpoint());
        for (int i = 0; i < bytes.Length; i += i < 64 ? 1 : bytes.Length / 97)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= (byte)(1 << (i % 8));
            Assert.Throws<InvalidDataException>(() => Read(changed));
        }
    }

    [Fact]
    public void Run_folder_goes_on_where_it_was_left()
    {
        string path = Path.Combine(Path.GetTempPath(), "bnn-run-" + Guid.NewGuid().ToString("N"));
        try
        {
            Assert.False(RunFolder.Exists(path));
            Assert.Throws<DirectoryNotFoundException>(() => RunFolder.Open(path));
            using var run = TrainingRun.Start(SyntheticImages.Options, SyntheticImages.Small);
            var folder = RunFolder.Create(path, run);
            Assert.Throws<IOException>(() => RunFolder.Create(path, run));
            run.RunEpoch();
            folder.Save(run);
            using var resumed = TrainingRun.Resume(RunFolder.Open(path).ReadCheckpoint(), SyntheticImages.Small);
            Assert.Equal(run.Network.Hash(), resumed.Network.Hash());
            Network network = resumed.Fold().Network;
            folder.SaveModel(network);
            Assert.Equal(network, BnnFile.Load(folder.ModelPath));
            string[] log = File.ReadAllLines(folder.LogPath);
            Assert.Equal("epoch,learning-rate,training-loss,validation-loss,validation-accuracy,flip-share-1,flip-share-2,flip-share-3", log[0]);
            Assert.StartsWith("1,", log[1], StringComparison.Ordinal);
            Assert.Equal(2, log.Length);
            Assert.Contains("\"encoding\": \"eight-bit\"", File.ReadAllText(folder.OptionsPath), StringComparison.Ordinal);
            Assert.Empty(Directory.GetFiles(path, "*.tmp"));

            File.WriteAllBytes(folder.CheckpointPath, File.ReadAllBytes(folder.CheckpointPath)[..500]);
            Assert.Contains(folder.CheckpointPath, Assert.Throws<InvalidDataException>(() => folder.ReadCheckpoint()).Message, StringComparison.Ordinal);
        }
        finally
        {
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
        }
    }

    private static TrainingRun Run(string encoding)
    {
        var run = TrainingRun.Start(SyntheticImages.Options with { Encoding = encoding, Architecture = "dense-9 scores", BatchNormScale = true }, SyntheticImages.Small);
        run.RunEpoch();
        return run;
    }

    private static byte[] Bytes(Checkpoint checkpoint)
    {
        using var stream = new MemoryStream();
        checkpoint.Write(stream);
        return stream.ToArray();
    }

    private static Checkpoint Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return Checkpoint.Read(stream, "run/checkpoint.bin");
    }
}
