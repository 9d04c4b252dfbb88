using System.Text;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Model;

public class BnnReaderTests
{
    private static readonly string s_text = BnnWriter.Write(SampleModels.Everything());

    [Fact]
    public void What_is_written_reads_as_the_same_network()
    {
        foreach (Network network in (Network[])[SampleModels.Everything(), SampleModels.SumScores()])
        {
            ReadResult result = BnnReader.Read(BnnWriter.Write(network, "two lines\nof comment"));
            Assert.Empty(result.Errors);
            Assert.Equal(network, result.Network);
            Assert.Equal(network.Layers.Length, result.LayerPlaces.Length);
        }
    }

    [Fact]
    public void Random_networks_survive_writing_and_reading()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Network network = RandomNetworks.Dense(seed);
            ReadResult result = BnnReader.Read(BnnWriter.Write(network));
            Assert.Empty(result.Errors);
            Assert.Equal(network, result.Network);
        }
    }

    [Fact]
    public void The_example_of_the_specification_is_a_model_with_its_true_checksum()
    {
        string page = Repository.Read("docs/model-format.md").ReplaceLineEndings("\n");
        string example = page[page.IndexOf("```\nbnn 1", StringComparison.Ordinal)..].Split("```\n", StringSplitOptions.RemoveEmptyEntries)[0];
        ReadResult result = BnnReader.Read(example.TrimEnd('`'));
        Assert.Empty(result.Errors);
        Assert.Equal(2, result.Network!.Layers.Length);
    }

    [Fact]
    public void A_file_is_plain_ascii() => Assert.All(s_text, c => Assert.True(c is '\n' or (>= ' ' and <= '~')));

    [Fact]
    public void Comments_blank_lines_and_line_ends_change_nothing()
    {
        string changed = s_text.Replace("layers", "# note\n\nlayers", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal);
        ReadResult result = BnnReader.Read(changed);
        Assert.Empty(result.Errors);
        Assert.Equal(BnnReader.Read(s_text).Hash, result.Hash);
    }

    [Fact]
    public void Every_cut_of_a_file_is_refused()
    {
        // The last line may lose its line feed: nothing is missing then.
        for (int length = 0; length < s_text.Length - 1; length++)
        {
            ReadResult result = BnnReader.Read(s_text[..length]);
            Assert.Null(result.Network);
            Assert.NotEmpty(result.Errors);
        }
    }

    [Fact]
    public void A_file_cut_between_lines_is_called_truncated()
    {
        string[] lines = s_text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (int kept = 1; kept < lines.Length; kept++)
        {
            ModelError error = Assert.Single(BnnReader.Read(string.Join('\n', lines[..kept])).Errors);
            Assert.Equal("BNN006", error.Kind.Id);
            Assert.Equal(kept - 1, error.Line);
        }
    }

    [Fact]
    public void Every_flipped_bit_is_refused()
    {
        byte[] bytes = Encoding.ASCII.GetBytes(s_text);
        for (int i = 0; i < bytes.Length - 1; i++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                bytes[i] ^= (byte)(1 << bit);
                ReadResult result = BnnReader.Read(Encoding.Latin1.GetString(bytes));
                Assert.True(result.Network is null && result.Errors.Length > 0, $"byte {i}, bit {bit}");
                bytes[i] ^= (byte)(1 << bit);
            }
        }
    }

    [Fact]
    public void Any_two_lines_exchanged_are_refused()
    {
        string[] lines = s_text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < lines.Length; i++)
        {
            for (int j = i + 1; j < lines.Length; j++)
            {
                if (lines[i] == lines[j])
                    continue;
                var changed = (string[])lines.Clone();
                (changed[i], changed[j]) = (changed[j], changed[i]);
                Assert.NotEmpty(BnnReader.Read(string.Join('\n', changed)).Errors);
            }
        }
    }

    [Theory]
    [InlineData("bnn 1", "<xml>", "BNN001", 0, 0, 5)]
    [InlineData("bnn 1", "bnn 2", "BNN003", 0, 4, 1)]
    [InlineData("name ", "nome ", "BNN005", 1, 0, 4)]
    [InlineData("2x4x4", "2x4", "BNN004", 2, 6, 3)]
    [InlineData("levels 10 20", "levels 20 10", "BNN011", 3, 0, 12)]
    [InlineData("levels 30 255", "levels 30 256", "BNN010", 4, 0, 13)]
    [InlineData("\"plain\"", "\"plain", "BNN004", 5, 6, 6)]
    [InlineData("groups 2", "groups 3", "BNN011", 11, 97, 1)]
    [InlineData("kernel 3x3", "kernel 7x7", "BNN011", 11, 53, 3)]
    [InlineData("layers 5", "layers 257", "BNN008", 10, 7, 3)]
    [InlineData("inputs 16", "inputs 17", "BNN002", 18, 38, 2)]
    [InlineData("channels 6", "channels 65537", "BNN008", 18, 29, 5)]
    [InlineData("scale 2", "scale 0", "BNN010", 25, 47, 1)]
    [InlineData("\nend\n", "\nend now\n", "BNN004", 29, 4, 3)]
    public void Each_error_has_its_id_and_place(string from, string to, string id, int line, int column, int length)
    {
        Assert.Contains(from, s_text, StringComparison.Ordinal);
        ReadResult result = BnnReader.Read(SampleModels.Sealed(s_text.Replace(from, to, StringComparison.Ordinal)));
        Assert.Null(result.Network);
        Assert.Contains(result.Errors, error => error.Kind.Id == id);
        ModelError error = result.Errors.First(error => error.Kind.Id == id);
        Assert.Equal((line, column, length), (error.Line, error.Column, error.Length));
    }

    [Fact]
    public void All_errors_of_a_file_are_reported_at_once()
    {
        string text = SampleModels.Sealed(s_text.Replace("levels 10 20", "levels 20 10", StringComparison.Ordinal)
            .Replace("row -5 ", "row -5x ", StringComparison.Ordinal).Replace("\"flat\"", "\"pool\"", StringComparison.Ordinal));
        Assert.Equal(["BNN011", "BNN011", "BNN004"], BnnReader.Read(text).Errors.Select(error => error.Kind.Id));
    }

    [Fact]
    public void A_row_out_of_its_range_is_named_with_its_channel()
    {
        string[] lines = s_text.Split('\n');
        int row = Array.FindIndex(lines, line => line.StartsWith("layer dense", StringComparison.Ordinal)) + 2;
        lines[row] = lines[row].Replace("row 8 ", "row 17 ", StringComparison.Ordinal);
        ModelError error = Assert.Single(BnnReader.Read(SampleModels.Sealed(string.Join('\n', lines))).Errors);
        Assert.Equal(("BNN010", row, 4, 2), (error.Kind.Id, error.Line, error.Column, error.Length));
        Assert.Equal("Limit is 17, but must lie in [-1, 16]", error.Message);
    }

    [Theory]
    [InlineData("AAAB", "A sign under a mask")]
    [InlineData("AAA", "Too short")]
    [InlineData("AA*A", "Not base64")]
    public void Bad_weights_are_refused(string bits, string reason)
    {
        string[] lines = s_text.Split('\n');
        int row = Array.FindIndex(lines, line => line.StartsWith("layer convolution", StringComparison.Ordinal)) + 1;
        string[] words = lines[row].Split(' ');
        words[2] = bits;
        lines[row] = string.Join(' ', [words[0], words[1], words[2], "AAAA"]);
        ReadResult result = BnnReader.Read(SampleModels.Sealed(string.Join('\n', lines)));
        Assert.True(result.Errors.Any(error => error.Kind.Id == "BNN009" && error.Line == row), reason);
    }

    [Fact]
    public void A_wrong_checksum_says_what_the_content_has()
    {
        ReadResult right = BnnReader.Read(s_text);
        string text = s_text[..(s_text.Length - 65)] + new string('0', 64);
        ModelError error = Assert.Single(BnnReader.Read(text).Errors);
        Assert.Equal("BNN007", error.Kind.Id);
        Assert.Contains(right.Hash, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_are_refused_before_memory_is_taken()
    {
        string text = "bnn 1\nname \"x\"\ninput 1x2048x2048 eight-bit\nlayers 1\nlayer dense \"a\" channels 65536 inputs 65536\nend\n";
        long before = GC.GetAllocatedBytesForCurrentThread();
        ReadResult result = BnnReader.Read(text);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
        Assert.Contains(result.Errors, error => error.Kind.Id == "BNN008" && error.Line == 4);
    }

    [Fact]
    public void Endless_errors_end_with_one_that_says_so()
    {
        string text = "bnn 1\n" + string.Concat(Enumerable.Repeat("what\n", 100_000));
        ReadResult result = BnnReader.Read(text);
        Assert.Equal(ModelCaps.ReportedErrors + 1, result.Errors.Length);
        Assert.Equal("BNN012", result.Errors[^1].Kind.Id);
    }

    [Fact]
    public void Reading_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => BnnReader.Read(s_text, source.Token));
    }

    [Fact]
    public void Random_damage_never_throws_and_never_gives_half_a_network()
    {
        var random = new Random(20261123);
        string[] lines = s_text.Split('\n');
        for (int i = 0; i < 20_000; i++)
        {
            var changed = lines.ToList();
            int at = random.Next(changed.Count);
            switch (random.Next(5))
            {
                case 0:
                    changed.RemoveAt(at);
                    break;
                case 1:
                    changed.Insert(at, changed[random.Next(changed.Count)]);
                    break;
                case 2:
                    string[] words = changed[at].Split(' ');
                    words[random.Next(words.Length)] = random.Next(3) switch { 0 => "", 1 => "-1", _ => "99999999999" };
                    changed[at] = string.Join(' ', words);
                    break;
                case 3 when changed[at].Length > 0:
                    changed[at] = changed[at].Remove(random.Next(changed[at].Length), 1);
                    break;
                default:
                    changed[at] = changed[at].Insert(random.Next(changed[at].Length + 1), ((char)random.Next(0, 0x250)).ToString());
                    break;
            }
            string text = string.Join('\n', changed);
            ReadResult result = BnnReader.Read(random.Next(2) == 0 && text.Contains("sha256", StringComparison.Ordinal) ? SampleModels.Sealed(text) : text);
            Assert.Equal(result.Network is null, result.Errors.Length > 0);
            if (result.Network is not null)
                Assert.Empty(NetworkVerifier.Check(result.Network));
        }
    }
}
