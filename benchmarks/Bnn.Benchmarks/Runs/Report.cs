using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Text;
using Microsoft.ML.OnnxRuntime;

namespace Bnn.Benchmarks.Runs;

/// <summary>Results in Markdown, on the console as they come and at the end in a file.</summary>
internal sealed class Report
{
    private readonly StringBuilder _text = new();

    /// <summary>Adds a line, in the invariant culture.</summary>
    public void Line(FormattableString line) => Line(FormattableString.Invariant(line));

    /// <summary>Adds a line.</summary>
    public void Line(string line = "")
    {
        _text.Append(line).Append('\n');
        Console.WriteLine(line);
    }

    /// <summary>Adds the head of a table.</summary>
    public void Head(params ReadOnlySpan<string> columns)
    {
        Line();
        Line("| " + string.Join(" | ", columns!) + " |");
        Line("|" + string.Concat(Enumerable.Repeat(" --- |", columns.Length)));
    }

    /// <summary>Says on what and with what was measured.</summary>
    public void Machine(string command)
    {
        string processor = OperatingSystem.IsLinux()
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? ""
            : "";
        string vectors = Vector512.IsHardwareAccelerated ? "512" : Vector256.IsHardwareAccelerated ? "256" : "128";
        string ternary = Avx512F.VL.IsSupported ? "on" : "off";
        Line($"# {processor} {RuntimeInformation.ProcessArchitecture}: vectors of {vectors} bits; ternary logic {ternary}");
        Line();
        string onnx = OrtEnv.Instance().GetVersionString();
        Line($"{Environment.ProcessorCount} processors, .NET {Environment.Version}, ONNX Runtime {onnx}, {DateTime.UtcNow:yyyy-MM-dd}.");
        Line($"`dotnet run -c Release --project benchmarks/Bnn.Benchmarks -- {command}`");
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) => File.WriteAllText(path, _text.ToString());
}
