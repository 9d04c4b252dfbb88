using System.Text;
using Bnn.Model;

namespace Bnn.Runtime.Tests.Model;

/// <summary>Texts as long as the format allows, each of which makes the reader do as much of one thing as can be.</summary>
internal static class LargestFiles
{
    private const string Header = "bnn 1\nname \"n\"\ninput 1x1x1 raw-bits\n";
    private const string Weighted = "bnn 1\nname \"n\"\ninput 65536x1x1 raw-bits\n";

    public static IReadOnlyDictionary<string, Func<string>> All { get; } = new Dictionary<string, Func<string>>
    {
        ["one line"] = () => Fill("bnn 1", "a"),
        ["one line behind the first"] = () => Fill("bnn 1\n", "a"),
        ["empty lines"] = () => Fill("bnn 1\n", "\n"),
        ["empty lines with carriage returns"] = () => Fill("bnn 1\r\n", "\r\n"),
        ["comments"] = () => Fill("bnn 1\n", "#\n"),
        ["lines of spaces"] = () => Fill(Header + "layers 1\n", "row " + new string(' ', ModelCaps.LineLength - 4) + "\n"),
        ["lines of words in a layer"] = () => Fill(
            Header + "layers 1\nlayer dense \"d\" channels 65536 inputs 1\n", "row " + Repeat("1 ", (ModelCaps.LineLength - 4) / 2) + "\n"),
        ["unknown words"] = () => Fill("bnn 1\n", "what\n"),
        ["long unknown words"] = () => Fill("bnn 1\n", new string('x', ModelCaps.LineLength) + "\n"),
        ["long foreign words"] = () => Fill("bnn 1\n", new string('\u2028', ModelCaps.LineLength) + "\n"),
        ["rows of no layer"] = () => Fill(Header + "layers 0\n", "row 0 AA==\n"),
        ["rows"] = () => Rows("row 0 AA==\n"),
        ["rows with masks"] = () => Rows("row 0 AA== AA==\n"),
        ["rows with limits out of range"] = () => Rows("row 9 AA==\n"),
        ["rows with masks and limits out of range"] = () => Rows("row 9 AA== AA==\n"),
        ["wide rows"] = () => WideRows($"row 0 {Base64(65_536, 'A')}\n"),
        ["wide rows with masks"] = () => WideRows($"row 0 {Base64(65_536, 'A')} {new string('/', 10_922)}8=\n"),
        ["wide rows with a wrong last digit"] = () => WideRows($"row 0 {Base64(65_536, 'A')[..^3]}-==\n"),
        ["layers without a number of layers"] = () => Fill(Header + "layers x\n", "layer flatten \"f\"\n"),
        ["long names of layers"] = () => Fill(Header + "layers 256\n", $"layer flatten \"{new string('n', (ModelCaps.FileLength / 257) - 17)}\"\n"),
        ["long names of layers with weights"] = () => Fill(Header + "layers 256\n",
            Convolution(new string('n', (ModelCaps.FileLength / 257) - 110), 1) + "row 0 AA==\n"),
        ["long keyword of a layer"] = () => Fill(Header + "layers 256\n", $"layer {new string('n', ModelCaps.LineLength - 100)} \"n\"\n"),
        ["labels"] = () => Fill(Header, "label \"\"\n"),
        ["long labels"] = () => Fill(Header, $"label \"{new string('x', ModelCaps.LineLength - 8)}\"\n"),
        ["labels of escapes"] = () => Fill(Header, $"label \"{Repeat("\\u0041", ModelCaps.TextLength)}\"\n"),
        ["labels of backslashes"] = () => Fill(Header, $"label \"{new string('\\', ModelCaps.LineLength - 8)}\"\n"),
        ["metadata"] = () => Fill(Header, "meta a \"\"\n"),
        ["long metadata"] = () => Fill(Header, $"meta {new string('a', ModelCaps.LineLength / 2)} \"{new string('x', (ModelCaps.LineLength / 2) - 8)}\"\n"),
        ["thresholds"] = () => Fill("bnn 1\nname \"n\"\ninput 65536x1x1 threshold\n", "threshold 0\n"),
        ["levels"] = () => Fill("bnn 1\nname \"n\"\ninput 65536x1x1 thermometer\n", $"levels {string.Join(' ', Enumerable.Range(1, 255))}\n"),
        ["levels that do not rise"] = () => Fill("bnn 1\nname \"n\"\ninput 65536x1x1 thermometer\n", $"levels {Repeat("9 ", 255)}9\n"),
        ["lines behind the checksum"] = () => Fill(BnnWriter.Write(SampleNetworks.All[0]), "row 0 AA==\n"),
    };

    // Convolutions of one weight for each channel: as many rows as there can be.
    private static string Rows(string row)
    {
        const int channels = ModelCaps.Channels;
        string layer = Repeat(row, channels);
        var text = new StringBuilder(Weighted);
        int layers = (ModelCaps.FileLength - 1000) / (layer.Length + 150);
        text.Append(string.Create(null, $"layers {layers + 1}\n"));
        for (int i = 0; i < layers; i++)
            text.Append(Convolution($"c{i}", channels)).Append(layer);
        return Whole(text, channels);
    }

    // Dense layers of as many weights as a network may have.
    private static string WideRows(string row)
    {
        int rows = Math.Min((ModelCaps.Weights / ModelCaps.FanIn) - 1, (ModelCaps.FileLength / row.Length) - 1);
        var text = new StringBuilder(Weighted);
        text.Append(string.Create(null, $"layers 2\nlayer dense \"d\" channels {rows} inputs 65536\n")).Append(Repeat(row, rows));
        return Whole(text, rows);
    }

    private static string Whole(StringBuilder text, int inputs)
    {
        text.Append(string.Create(null, $"layer scores \"s\" classes 1 inputs {inputs} scale 1\nrow 0 {Base64(inputs, 'A')}\nend\n"));
        return SampleModels.Sealed(Fill(text.ToString(), "#" + new string(' ', 998) + "\n", left: 70) + "sha256 ");
    }

    // One weight for each channel.
    private static string Convolution(string name, int channels) => string.Create(null,
        $"layer convolution \"{name}\" channels {channels} inputs 1 kernel 1x1 stride 1x1 padding 0,0,0,0 bit 0 groups {channels}\n");

    private static string Base64(int bits, char digit)
    {
        int bytes = (bits + 7) / 8;
        return new string(digit, ((4 * bytes) + 2) / 3).PadRight((bytes + 2) / 3 * 4, '=');
    }

    private static string Repeat(string text, int count) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();

    private static string Fill(string start, string line, int left = 0)
    {
        var text = new StringBuilder(start, ModelCaps.FileLength);
        text.Insert(text.Length, line, (ModelCaps.FileLength - left - start.Length) / line.Length);
        return text.ToString();
    }
}
