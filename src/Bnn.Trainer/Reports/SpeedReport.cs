using System.Text.Json;
using Bnn.Trainer.Speed;
using Bnn.Training;
using Spectre.Console;

namespace Bnn.Trainer.Reports;

/// <summary>What <c>bnn bench-train</c> measured.</summary>
internal sealed class SpeedReport(IReadOnlyList<SpeedMeasurement> measured)
{
    private static readonly TrainingPhase[] s_phases =
    [
        TrainingPhase.Encode, TrainingPhase.Forward, TrainingPhase.Pool, TrainingPhase.Normalize, TrainingPhase.InputGradient, TrainingPhase.WeightGradient,
        TrainingPhase.Optimizer, TrainingPhase.Other, TrainingPhase.Waiting,
    ];

    /// <summary>For people.</summary>
    public void WriteText(IAnsiConsole to, bool showLayers)
    {
        int threads = measured[0].Threads;
        to.WriteLine($"Training with {Text.Count(threads, "thread")}, vectors of {MultiplyAddLimit.VectorBits} bits, batches of {measured[0].Batch}:");
        var speeds = new Grid("<network", "images/s", "fastest", "epoch", "1 thread", "fastest", "speed-up", "processor", "GFLOPS", "limit", "share", "memory", "TorchSharp", "ratio");
        foreach (SpeedMeasurement one in measured)
        {
            speeds.Add(
                Text.Safe(one.Network.Name), Whole(one.Many.ImagesPerSecond), Whole(one.Many.Fastest),
                Text.Duration(TimeSpan.FromSeconds(one.Network.Epoch / one.Many.ImagesPerSecond)), Whole(one.One.ImagesPerSecond), Whole(one.One.Fastest),
                Text.Fixed(one.Many.Fastest / one.One.Fastest, 2), Whole(1 / one.One.ProcessorSeconds), Text.Fixed(one.Rate / 1e9, 1), Text.Fixed(one.Limit / 1e9, 1), Text.Fixed(one.Rate / one.Limit, 2),
                Text.Size(one.Memory), one.Network.Rival > 0 ? Whole(one.Network.Rival) : "-",
                one.Network.Rival > 0 ? Text.Fixed(1 / one.One.ProcessorSeconds / one.Network.Rival, 2) : "-");
        }
        speeds.Write(to);
        to.WriteLine($"  images/s: median of at least {Text.Count(measured.Min(one => one.Rounds), "round")} by the clock; fastest: of all rounds, and the speed-up of these.");
        to.WriteLine("  processor: images in a second of processor time of one thread, whatever else the machine does; ratio: of these to TorchSharp's.");
        to.WriteLine("  GFLOPS: in processor time of one thread; 6 operations for each product of the forward pass, 4 in the first layer, whatever is really done.");
        to.WriteLine("  limit: fused multiply-adds in registers alone, one thread, in the same rounds. memory: working set of the process.");
        to.WriteLine("  TorchSharp 0.107: images/s on one core of a Zen 4 server, with bf16 in convolutions: another machine, so an order of size.");
        to.WriteLine();
        to.WriteLine("Microseconds of an image, all threads together, by the clock in the fastest round:");
        var phases = new Grid(["<network", .. s_phases.Select(Name), "sum"]);
        foreach (SpeedMeasurement one in measured)
        {
            double[] seconds = [.. s_phases.Select(phase => one.Seconds.Sum(layer => layer[(int)phase]))];
            phases.Add([Text.Safe(one.Network.Name), .. seconds.Append(seconds.Sum()).Select(value => Text.Fixed(value * 1e6, 1))]);
        }
        phases.Write(to);
        foreach (SpeedMeasurement one in showLayers ? measured : [])
        {
            to.WriteLine();
            to.WriteLine($"{Text.Safe(one.Network.Name)}, microseconds of an image and share of the limit:");
            var layers = new Grid("<layer", "million products", "forward", "share", "input gradient", "share", "weight gradient", "share", "rest");
            foreach ((TrainingLayer layer, double[] seconds) in one.Layers.Zip(one.Seconds))
            {
                double rest = s_phases.Except(s_multiplications).Except([TrainingPhase.Waiting]).Sum(phase => seconds[(int)phase]);
                layers.Add([layer.Name, Text.Fixed(layer.Products / 1e6, 3), .. s_multiplications.SelectMany(phase => Share(one, layer, seconds, phase)), Text.Fixed(rest * 1e6, 1)]);
            }
            layers.Write(to);
        }
    }

    private static readonly TrainingPhase[] s_multiplications = [TrainingPhase.Forward, TrainingPhase.InputGradient, TrainingPhase.WeightGradient];

    private static IEnumerable<string> Share(SpeedMeasurement one, TrainingLayer layer, double[] seconds, TrainingPhase phase)
    {
        if (phase == TrainingPhase.InputGradient && !layer.HasInputGradient)
            return ["-", "-"];
        double time = seconds[(int)phase];
        return [Text.Fixed(time * 1e6, 1), Text.Fixed(2 * layer.Products / time / one.Limit, 2)];
    }

    private static string Whole(double value) => Text.Whole((long)Math.Round(value));

    private static string Name(TrainingPhase phase) => phase switch
    {
        TrainingPhase.Normalize => "norm and sign",
        TrainingPhase.InputGradient => "input gradient",
        TrainingPhase.WeightGradient => "weight gradient",
        TrainingPhase.Optimizer => "optimiser",
        _ => phase.ToString().ToLowerInvariant(),
    };

    /// <summary>For programs.</summary>
    public void WriteJson(TextWriter to) => Text.WriteJson(to, json =>
    {
        json.WriteNumber("vectorBits", MultiplyAddLimit.VectorBits);
        Text.WriteObjects(json, "networks", measured, one => Write(json, one));
    });

    private static void Write(Utf8JsonWriter json, SpeedMeasurement one)
    {
        json.WriteString("network", one.Network.Name);
        json.WriteString("layers", one.Network.Options.Architecture);
        json.WriteString("encoding", one.Network.Options.Encoding);
        json.WriteString("input", one.Network.Input.ToString());
        json.WriteNumber("batch", one.Batch);
        json.WriteNumber("rounds", one.Rounds);
        json.WriteNumber("threads", one.Threads);
        Write(json, "oneThread", one.One);
        Write(json, "allThreads", one.Many);
        json.WriteNumber("operationsPerImage", one.Operations);
        json.WriteNumber("operationsPerSecond", one.Rate);
        json.WriteNumber("limitPerSecond", one.Limit);
        json.WriteNumber("workingSetBytes", one.Memory);
        Text.WriteObjects(json, "layersOfNetwork", one.Layers.Zip(one.Seconds), layer =>
        {
            json.WriteString("layer", layer.First.Name);
            json.WriteNumber("productsPerImage", layer.First.Products);
            foreach (TrainingPhase phase in s_phases)
                json.WriteNumber(JsonNamingPolicy.CamelCase.ConvertName(phase.ToString()) + "Seconds", layer.Second[(int)phase]);
        });
    }

    private static void Write(Utf8JsonWriter json, string name, StepSpeed speed)
    {
        json.WriteStartObject(name);
        json.WriteNumber("imagesPerSecond", speed.ImagesPerSecond);
        json.WriteNumber("fastestImagesPerSecond", speed.Fastest);
        json.WriteNumber("processorSecondsPerImage", speed.ProcessorSeconds);
        json.WriteEndObject();
    }
}
