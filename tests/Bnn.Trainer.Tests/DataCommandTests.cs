using System.Text.Json;

namespace Bnn.Trainer.Tests;

public sealed class DataCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_list_shows_every_known_set_and_where_it_lies()
    {
        SyntheticDigits.WriteTo(_folder);
        File.Delete(_folder.At("data", "uci", "optdigits.tes"));
        Cli list = Cli.Run("data", "--data-dir", _folder.At("data"));
        Assert.Equal((0, ""), (list.Exit, list.Error));
        Assert.Contains($"{_folder.At("data", "uci")} (train only)", Line(list, "optdigits "), StringComparison.Ordinal);
        Assert.Contains("can be downloaded", Line(list, "fashion-mnist "), StringComparison.Ordinal);
        Assert.Contains("not here", Line(list, "imagenette64 "), StringComparison.Ordinal);
        Assert.All(Bnn.Trainer.Data.DataFormat.All, format => Assert.Contains($"  {format.Keyword}:{format.Form} ", list.Out, StringComparison.Ordinal));

        JsonElement json = Cli.Run("data", "--json", "--data-dir", _folder.At("data")).Json();
        JsonElement digits = json.GetProperty("dataSets").EnumerateArray().Single(set => set.GetProperty("name").GetString() == "optdigits");
        Assert.Equal(_folder.At("data", "uci"), digits.GetProperty("trainFolder").GetString());
        Assert.Equal(JsonValueKind.Null, digits.GetProperty("testFolder").ValueKind);
        Assert.False(json.GetProperty("mayDownload").GetBoolean());
    }

    [Fact]
    public void Own_data_are_counted_by_class_and_shown()
    {
        PnmFiles.WriteFolder(_folder.At("photos"), samples: 7, seed: 1, "left", "right");
        Cli data = Cli.Run("data", _folder.At("photos"));
        Assert.Equal((0, ""), (data.Exit, data.Error));
        Assert.Contains("14 samples; values 0 to 25", data.Out, StringComparison.Ordinal);
        Assert.Contains("  0 left     7", data.Out, StringComparison.Ordinal);
        Assert.Contains("and 6 more files", data.Out, StringComparison.Ordinal);
        string[] picture = data.Out.Split('\n').SkipWhile(line => !line.StartsWith("  left ", StringComparison.Ordinal)).Skip(1).Take(8).ToArray();
        Assert.All(picture, row => Assert.Contains(row[4], "+*#%@")); // the bright column

        JsonElement part = Cli.Run("data", "images:" + _folder.At("photos"), "--json").Json().GetProperty("parts")[0];
        Assert.Equal(14, part.GetProperty("samples").GetInt32());
        Assert.Equal([7, 7], part.GetProperty("classCounts").EnumerateArray().Select(count => count.GetInt32()));
        Assert.Equal(14, part.GetProperty("files").GetArrayLength());
        Assert.False(part.GetProperty("files")[0].TryGetProperty("published", out _));
    }

    [Fact]
    public void A_known_set_with_another_content_fails_the_check()
    {
        SyntheticDigits.WriteTo(_folder);
        Cli data = Cli.Run("data", "optdigits", "--data-dir", _folder.At("data"));
        Assert.Equal(3, data.Exit);
        Assert.Contains("optdigits.tra  NOT as published", data.Out, StringComparison.Ordinal);
        Assert.Contains("error: optdigits is not the published data set", data.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_holds_a_row_for_each_class()
    {
        PnmFiles.WriteFolder(_folder.At("photos"), samples: 20, seed: 1, "left", "right");
        string to = _folder.At("sheet.png");
        Assert.Equal(0, Cli.Run("data", _folder.At("photos"), "--out", to).Exit);
        byte[] png = File.ReadAllBytes(to);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
        // 16 images of 8x8, four times as large, two rows, and gaps of 2.
        Assert.Equal((16 * 34) + 2, (png[18] << 8) | png[19]);
        Assert.Equal((2 * 34) + 2, (png[22] << 8) | png[23]);
        Assert.Equal(Crc([.. "IEND"u8]), png[^4..]);
    }

    [Theory]
    [InlineData("data nothing", 1, "no data set is called 'nothing'")]
    [InlineData("data --out x.png", 1, "which data set shall be in the picture?")]
    [InlineData("data mnist", 4, "has no train-images-idx3-ubyte and train-labels-idx1-ubyte")]
    [InlineData("data mnist --out no/where.png", 4, "the folder no does not exist")]
    [InlineData("data mnist --data-dir no/where", 4, "the data folder 'no/where' does not exist")]
    public void Wrong_use_is_one_clear_line(string line, int exit, string message) => Cli.Run(line.Split(' ')).AssertError(exit, message);

    [Fact]
    public void Samples_that_are_no_images_make_no_picture()
    {
        _folder.Write("t.csv", "1,2,a\n3,4,b\n");
        string to = _folder.At("sheet.png");
        Cli.Run("data", _folder.At("t.csv"), "--out", to).AssertError(1, "samples of 2x1x1 make no picture");
        Assert.False(File.Exists(to));
    }

    private static string Line(Cli list, string name) => Assert.Single(list.Out.Split('\n'), line => line.StartsWith("  " + name, StringComparison.Ordinal));

    // The checksum of a chunk without content, from the definition: the remainder of a division of polynomials.
    private static byte[] Crc(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                bool isSet = ((crc ^ (uint)(b >> bit)) & 1) != 0;
                crc = isSet ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }
        crc = ~crc;
        return [(byte)(crc >> 24), (byte)(crc >> 16), (byte)(crc >> 8), (byte)crc];
    }
}
