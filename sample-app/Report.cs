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

        (double generated, double plain) = Time(samples,
            () =>
            {
                for (int i = 0; i < samples.Labels.Length; i++)
                    TModel.Predict(samples.Image(i));
            },
            () =>
            {
                for (int i = 0; i < samples.Labels.Length; i++)
                    interpreter.Predict(samples.Image(i));
            });
        _lines.Add($"  {name,-20}{100 * result.Accuracy,7:F1} %{generated,9:N0} ns{plain,9:N0} ns{plain / generated,8:F2}x{TModel.Info.Operations,13:N0}{new FileInfo(ModelPath(name)).Length / 1024.0,10:F0} KiB");
    }

    /// <summary>The network in the model file that lies beside the program: only the interpreter needs it.</summary>
    public static Network Load(string name) => BnnFile.Load(ModelPath(name));

    private static string ModelPath(string name) => Path.Combine(AppContext.BaseDirectory, "models", name + ".bnn");

    public void Print()
    {
        Console.WriteLine("One image at a time, from its bytes to its class (median of 15 rounds, one thread):");
        Console.WriteLine();
        Console.WriteLine("  model                accuracy   generated  interpreted  ratio   operations      file");
        _lines.ForEach(Console.WriteLine);
        Console.WriteLine();
        Console.WriteLine("Generated code and interpreter gave the same class for every image.");
        Console.WriteLine();
    }

    // Rounds of the two alternate, so that a change of the machine's clock meets both.
    private static (double Generated, double Interpreted) Time(Samples samples, Action generated, Action interpreted)
    {
        const int rounds = 15;
        var times = (new double[rounds], new double[rounds]);
        foreach (Action action in (Action[])[generated, interpreted])
        {
            // Past the runtime's tiers of compilation.
            for (long from = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(from).TotalMilliseconds < 400;)
                action();
        }
        for (int round = 0; round < rounds; round++)
        {
            times.Item1[round] = Once(generated);
            times.Item2[round] = Once(interpreted);
        }
        Array.Sort(times.Item1);
        Array.Sort(times.Item2);
        return (times.Item1[rounds / 2], times.Item2[rounds / 2]);

        double Once(Action action)
        {
            int repeats = 1;
            while (true)
            {
                long from = Stopwatch.GetTimestamp();
                for (int i = 0; i < repeats; i++)
                    action();
                double elapsed = Stopwatch.GetElapsedTime(from).TotalNanoseconds;
                if (elapsed > 10e6)
                    return elapsed / repeats / samples.Labels.Length;
                repeats *= 2;
            }
        }
    }
}
