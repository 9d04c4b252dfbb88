using System.Diagnostics;
using Bnn.Inference;
using Bnn.Model;
using Bnn.Storage;

namespace SampleApp;

/// <summary>Accuracy, time of an image through generated code and through the interpreter, and sizes.</summary>
internal sealed class Report
{
    private readonly List<string> _lines = [];

    public void Add<TModel>(string name, Samples samples)
        where TModel : IBinaryClassifier<TModel>
    {
        var interpreter = new Interpreter(Load(name));
        EvaluationResult result = Evaluation.Run<TModel>(samples.Images, samples.Labels);
        EvaluationResult interpreted = Evaluation.Run(interpreter, samples.Images, samples.Labels);
        int differences = Enumerable.Range(0, result.Samples).Count(i => result.Predicted[i] != interpreted.Predicted[i]);
        if (differences > 0)
            throw new InvalidOperationException($"{name}: generated code and interpreter differ on {differences} images.");

        var classes = new int[samples.Labels.Length];
        double[] times = Time(samples.Labels.Length,
            () =>
            {
                for (int i = 0; i < samples.Labels.Length; i++)
                    TModel.Predict(samples.Image(i));
            },
            () => TModel.PredictBatch(samples.Images, classes),
            () =>
            {
                for (int i = 0; i < samples.Labels.Length; i++)
                    interpreter.Predict(samples.Image(i));
            });
        _lines.Add($"  {name,-20}{100 * result.Accuracy,7:F1} %{times[0],9:N0} ns{times[1],9:N0} ns{times[2],10:N0} ns{times[2] / times[0],7:F2}x{TModel.Info.Operations,13:N0}{new FileInfo(ModelPath(name)).Length / 1024.0,10:F0} KiB");
    }

    /// <summary>The network in the model file that lies beside the program: only the interpreter needs it.</summary>
    public static Network Load(string name) => BnnFile.Load(ModelPath(name));

    private static string ModelPath(string name) => Path.Combine(AppContext.BaseDirectory, "models", name + ".bnn");

    public void Print()
    {
        Console.WriteLine("An image from its bytes to its class (processor time, median of 15 rounds, one thread):");
        Console.WriteLine();
        Console.WriteLine("  model                accuracy   generated    in batch  interpreted   ratio   operations      file");
        _lines.ForEach(Console.WriteLine);
        Console.WriteLine();
        Console.WriteLine("Generated code and interpreter gave the same class for every image.");
        Console.WriteLine();
    }

    // Nanoseconds of an image. Rounds of all ways alternate, so that a change of the machine's clock meets all of them.
    private static double[] Time(int images, params Action[] ways)
    {
        const int rounds = 15;
        double[][] times = [.. ways.Select(_ => new double[rounds])];
        foreach (Action way in ways)
        {
            // Past the runtime's tiers of compilation.
            for (TimeSpan from = Used(); (Used() - from).TotalMilliseconds < 400;)
                way();
        }
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < ways.Length; i++)
                times[i][round] = Once(ways[i]) / images;
        }
        Array.ForEach(times, Array.Sort);
        return [.. times.Select(sorted => sorted[rounds / 2])];
    }

    private static double Once(Action way)
    {
        for (int repeats = 1; ; repeats *= 2)
        {
            TimeSpan from = Used();
            for (int i = 0; i < repeats; i++)
                way();
            double elapsed = (Used() - from).TotalNanoseconds;
            if (elapsed > 10e6)
                return elapsed / repeats;
        }
    }

    // What other programs do meanwhile does not count; Windows tells processor time too coarsely.
    private static TimeSpan Used() => OperatingSystem.IsWindows() ? Stopwatch.GetElapsedTime(0) : Environment.CpuUsage.TotalTime;
}
