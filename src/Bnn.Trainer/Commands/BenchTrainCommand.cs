using System.CommandLine;
using System.CommandLine.Parsing;
using Bnn.Model;
using Bnn.Trainer.Reports;
using Bnn.Trainer.Speed;

namespace Bnn.Trainer.Commands;

/// <summary><c>bnn bench-train</c>: how fast networks are trained on this machine.</summary>
internal static class BenchTrainCommand
{
    /// <summary>The command, writing to <paramref name="context"/>.</summary>
    public static Command Create(CommandContext context)
    {
        var networks = new Argument<string[]>("NETWORK")
        {
            Description = $"{string.Join(", ", SpeedNetwork.All.Select(network => network.Name))}, another preset, or layers in quotes [default: all of these]",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var input = new Option<Shape?>("--input")
        {
            Description = "Shape of an image, CxHxW [default: the network's, or 1x28x28]",
            HelpName = "SHAPE",
            CustomParser = ParseShape,
        };
        var encoding = new Option<string?>("--encoding") { Description = "How bytes become bits, as for train [default: the network's, or eight-bit]", HelpName = "NAME" };
        Option<int?> batch = Number.Optional("--batch", "Samples of a step [default: 96]", 2, 4096);
        Option<int> threads = CommonOptions.Threads();
        Option<double> seconds = Number.Option("--seconds", "Seconds of measuring for each network", 5.0, 0.0, 3600.0);
        var layers = new Option<bool>("--layers") { Description = "Show each layer's multiplications and their share of the limit" };
        Option<bool> json = CommonOptions.Json();
        var command = new CommandWithExamples("bench-train", "Measures how fast networks are trained here, on made-up images.",
        [
            "bnn bench-train",
            "bnn bench-train mlp-s conv-s --seconds 20",
            "bnn bench-train nin@0.25 --layers --threads 1",
            "bnn bench-train 'conv3x3-16 pool dense-64 scores' --input 3x48x48 --json",
        ])
        {
            networks, input, encoding, batch, threads, seconds, layers, json,
        };
        command.SetAction(parsed =>
        {
            string[] names = parsed.GetValue(networks) is { Length: > 0 } given ? given : [.. SpeedNetwork.All.Select(network => network.Name)];
            SpeedNetwork[] chosen = RunSession.Checked(() => names
                .Select(name => SpeedNetwork.Named(name, parsed.GetValue(input), parsed.GetValue(encoding))).ToArray());
            var measured = new List<SpeedMeasurement>();
            foreach (SpeedNetwork network in chosen)
            {
                context.Log($"measuring {Text.Safe(network.Name)}");
                measured.Add(RunSession.Checked(() => SpeedMeasurement.Of(
                    network, parsed.GetValue(batch), parsed.GetValue(threads), TimeSpan.FromSeconds(parsed.GetValue(seconds)), context.Cancel)));
            }
            var report = new SpeedReport(measured);
            if (parsed.GetValue(json))
                report.WriteJson(context.Out);
            else
                report.WriteText(context.OutConsole(), parsed.GetValue(layers));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Shape? ParseShape(ArgumentResult result)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        int[] sizes = [.. text.Split('x').Select(part => int.TryParse(part, out int size) && size is > 0 and <= 4096 ? size : 0)];
        if (sizes.Length == 3 && !sizes.Contains(0))
            return new(sizes[0], sizes[1], sizes[2]);
        result.AddError($"--input must be channels, rows and columns such as 3x32x32, but is '{text}'.");
        return null;
    }
}
