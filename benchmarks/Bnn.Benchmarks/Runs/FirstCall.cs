using System.Diagnostics;
using System.Globalization;
using Bnn.Benchmarks.Contenders;
using Bnn.Benchmarks.Networks;
using Bnn.Benchmarks.Onnx;
using Bnn.EndToEnd.Tests;
using Bnn.Model;
using Bnn.Storage;
using Microsoft.CodeAnalysis;
using Microsoft.ML.OnnxRuntime;

namespace Bnn.Benchmarks.Runs;

/// <summary>Time to the first class in a fresh process, over a program that does nothing: small programs are compiled, started and timed.</summary>
internal static class FirstCall
{
    private const int Starts = 9;

    // The line is what the clock waits for; with the class it tells the processor time of all threads so far.
    private const string Frame = """
        using System;
        using System.IO;
        internal static class Program
        {
            private static int Main(string[] arguments)
            {
                byte[] image = File.ReadAllBytes(arguments[0]);
                int found = BODY;
                Console.Out.WriteLine(FormattableString.Invariant($"{found} {Environment.CpuUsage.TotalTime.TotalMilliseconds}"));
                return 0;
            }
        }
        """;

    private static readonly (string Name, string Body)[] s_programs =
    [
        ("a program that does nothing", "image.Length"),
        ("generated", "Generated.First.Predict(image)"),
        ("interpreter", "new Bnn.Inference.Interpreter(Bnn.Storage.BnnFile.Load(arguments[1])).Predict(image)"),
        ("ONNX Runtime, int8", "First(image, arguments[2])"),
    ];

    private const string OnnxMethod = """
        internal static class Onnx
        {
            public static int First(byte[] image, string path)
            {
                using var options = new Microsoft.ML.OnnxRuntime.SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
                using var session = new Microsoft.ML.OnnxRuntime.InferenceSession(path, options);
                long[] shape = System.Array.ConvertAll(session.InputMetadata["INPUT"].Dimensions, length => (long)length);
                using var value = Microsoft.ML.OnnxRuntime.OrtValue.CreateTensorValueFromMemory(image, shape);
                using var run = new Microsoft.ML.OnnxRuntime.RunOptions();
                using var results = session.Run(run, ["INPUT"], [value], ["OUTPUT"]);
                return (int)results[0].GetTensorDataAsSpan<long>()[0];
            }
        }
        """;

    /// <summary>Measures a network and adds its table.</summary>
    public static void Run(string name, Report report)
    {
        Network network = BenchmarkNetworks.Named(name);
        string folder = Directory.CreateTempSubdirectory("bnn-first-call").FullName;
        try
        {
            string image = Path.Combine(folder, "image"), model = Path.Combine(folder, "model.bnn"), onnx = Path.Combine(folder, "model.onnx");
            File.WriteAllBytes(image, Inputs.Real(network, 1).Images);
            BnnFile.Save(model, network);
            File.WriteAllBytes(onnx, new IntegerExport(network, 1, IntegerForm.Fused).Run());
            string[] programs = [.. s_programs.Select((program, i) => Compile(folder, i, program.Body, program.Name == "generated" ? network : null))];
            var times = programs.Select(_ => new List<(double Clock, double Processor)>()).ToArray();
            for (int start = 0; start < Starts; start++)
            {
                for (int i = 0; i < programs.Length; i++)
                    times[i].Add(Start(programs[i], image, model, onnx));
            }
            report.Line();
            report.Line($"## {name}: first class in a fresh process, over a program that does nothing; medians of {Starts} starts");
            report.Head("way", "ms by the clock", "ms of processor time", "assembly, bytes", "model beside it, bytes");
            (double emptyClock, double emptyProcessor) = (Median(times[0], time => time.Clock), Median(times[0], time => time.Processor));
            for (int i = 0; i < programs.Length; i++)
            {
                (double clock, double processor) = (Median(times[i], time => time.Clock), Median(times[i], time => time.Processor));
                string of = i == 0 ? "in all" : "more";
                long beside = i switch { 2 => new FileInfo(model).Length, 3 => new FileInfo(onnx).Length, _ => 0 };
                (double lessClock, double lessProcessor) = i == 0 ? (0, 0) : (emptyClock, emptyProcessor);
                long size = new FileInfo(programs[i]).Length;
                report.Line($"| {s_programs[i].Name} | {clock - lessClock:N1} {of} | {processor - lessProcessor:N1} {of} | {size:N0} | {beside:N0} |");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // In a folder of its own, with what it needs beside it: no list of dependencies, so the host takes all that lies there.
    private static string Compile(string parent, int index, string body, Network? network)
    {
        string folder = Directory.CreateDirectory(Path.Combine(parent, index.ToString(CultureInfo.InvariantCulture))).FullName;
        bool isOnnx = body.StartsWith("First", StringComparison.Ordinal);
        string source = Frame.Replace("BODY", isOnnx ? "Onnx." + body : body, StringComparison.Ordinal)
            + (isOnnx ? OnnxMethod : "").Replace("INPUT", OnnxGraph.Input, StringComparison.Ordinal).Replace("OUTPUT", OnnxGraph.Output, StringComparison.Ordinal);
        string runtime = typeof(Network).Assembly.Location, onnx = typeof(InferenceSession).Assembly.Location;
        string path = Path.Combine(folder, "first.dll");
        (string, string)[] models = network is null ? [] : [("First", BnnWriter.Write(network))];
        File.WriteAllBytes(path, GeneratedModels.Emit(models, GeneratedCode.Options(OutputKind.ConsoleApplication), source: source, references: onnx));
        string configuration = Path.ChangeExtension(typeof(FirstCall).Assembly.Location, "runtimeconfig.json");
        File.Copy(configuration, Path.ChangeExtension(path, "runtimeconfig.json"));
        File.Copy(runtime, Path.Combine(folder, Path.GetFileName(runtime)));
        if (isOnnx)
        {
            File.Copy(onnx, Path.Combine(folder, Path.GetFileName(onnx)));
            foreach (string native in Directory.GetFiles(AppContext.BaseDirectory, "libonnxruntime*", SearchOption.AllDirectories)
                .Concat(Directory.GetFiles(AppContext.BaseDirectory, "onnxruntime*.dll", SearchOption.AllDirectories))
                .Where(native => native.Contains(System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier, StringComparison.Ordinal)))
            {
                File.CreateSymbolicLink(Path.Combine(folder, Path.GetFileName(native)), native);
            }
        }
        return path;
    }

    // Milliseconds.
    private static (double Clock, double Processor) Start(string program, params string[] arguments)
    {
        bool isHost = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        var start = new ProcessStartInfo(isHost ? Environment.ProcessPath! : "dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
        };
        long from = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        string[] words = process.StandardOutput.ReadLine()?.Split(' ') ?? [];
        double clock = Stopwatch.GetElapsedTime(from).TotalMilliseconds;
        process.WaitForExit();
        return process.ExitCode == 0 && words.Length == 2
            ? (clock, double.Parse(words[1], CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }

    private static double Median(List<(double Clock, double Processor)> times, Func<(double Clock, double Processor), double> part) =>
        times.Select(part).Order().ElementAt(times.Count / 2);
}
