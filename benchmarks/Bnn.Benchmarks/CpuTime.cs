using System.Runtime.Intrinsics;
using Bnn.Inference;
using Bnn.Model;
using Bnn.Storage;

namespace Bnn.Benchmarks;

/// <summary>The same comparison by processor time instead of the clock, for machines that do other work at the same time.</summary>
internal static class CpuTime
{
    private const int Rounds = 21;
    private const int ImageCount = 500;

    public static void Run()
    {
        Console.WriteLine($"{Environment.ProcessorCount} processors, .NET {Environment.Version}, vectors of 512 bits {(Vector512.IsHardwareAccelerated ? "on" : "off")}");
        Console.WriteLine($"Processor time of an image, one thread, median of {Rounds} alternating rounds over {ImageCount} real images; ratio = hand-written / this one.");
        Console.WriteLine();
        Console.WriteLine("| model | way | ns | ratio | bytes allocated |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        Model<FashionMlp>("fashion-mlp", "fashion-mnist-1000-images-idx3-ubyte");
        Model<FashionMlpPruned>("fashion-mlp-pruned", "fashion-mnist-1000-images-idx3-ubyte");
        Model<FashionConv>("fashion-conv", "fashion-mnist-1000-images-idx3-ubyte");
        Model<Optdigits>("optdigits", "optdigits-500.csv");
    }

    private static void Model<TModel>(string name, string file)
        where TModel : IBinaryClassifier<TModel>
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "sample");
        Network network = BnnFile.Load(Path.Combine(folder, name + ".bnn"));
        byte[] images = SampleImages.Read(Path.Combine(folder, file), network.InputLength, ImageCount);
        var interpreter = new Interpreter(network);
        IRival handWritten = Rivals.For(network, images);
        var classes = new int[ImageCount];
        int length = network.InputLength;
        (string Way, Action Run)[] ways =
        [
            ("generated", () =>
            {
                for (int i = 0; i < ImageCount; i++)
                    TModel.Predict(images.AsSpan(i * length, length));
            }),
            ("hand-written loop", () =>
            {
                for (int i = 0; i < ImageCount; i++)
                    handWritten.Predict(images.AsSpan(i * length, length));
            }),
            ("interpreter", () =>
            {
                for (int i = 0; i < ImageCount; i++)
                    interpreter.Predict(images.AsSpan(i * length, length));
            }),
            ("generated, batch of 500", () => TModel.PredictBatch(images, classes)),
            ("interpreter, batch of 500", () => interpreter.PredictBatch(images, classes)),
        ];
        // Past the runtime's tiers of compilation, which end some 100 ms after the last new method.
        foreach ((_, Action run) in ways)
            Measure(run, leastMilliseconds: 500);
        Thread.Sleep(300);
        var times = ways.Select(_ => new double[Rounds]).ToArray();
        for (int round = 0; round < Rounds; round++)
        {
            for (int way = 0; way < ways.Length; way++)
                times[way][round] = Measure(ways[way].Run, leastMilliseconds: 15);
        }
        double[] medians = [.. times.Select(rounds => rounds.Order().ElementAt(Rounds / 2))];
        for (int way = 0; way < ways.Length; way++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            ways[way].Run();
            long bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / ImageCount;
            Console.WriteLine(FormattableString.Invariant($"| {name} | {ways[way].Way} | {medians[way]:N0} | {medians[1] / medians[way]:F2} | {bytes} |"));
        }
    }

    // Nanoseconds of processor time for one image.
    private static double Measure(Action run, double leastMilliseconds)
    {
        TimeSpan from = Environment.CpuUsage.UserTime;
        for (int calls = 1; ; calls++)
        {
            run();
            TimeSpan elapsed = Environment.CpuUsage.UserTime - from;
            if (elapsed.TotalMilliseconds >= leastMilliseconds)
                return elapsed.TotalNanoseconds / calls / ImageCount;
        }
    }
}
