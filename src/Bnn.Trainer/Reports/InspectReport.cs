using System.Text.Json;
using Bnn.Generator.Compiler.Planning;
using Bnn.Model;
using Spectre.Console;

namespace Bnn.Trainer.Reports;

/// <summary>What <c>bnn inspect</c> found.</summary>
internal sealed record InspectReport(ModelInput Model, long FileBytes, Plan Plan)
{
    private readonly IReadOnlyList<LayerFacts> _layers = [.. LayerFacts.Of(Model.Network)];

    private Network Network => Model.Network;

    private long LiveWeights => _layers.Sum(layer => layer.LiveWeights);

    private long InnerOperations => _layers.Where((_, i) => i > 0 && i < _layers.Count - 1).Sum(layer => layer.Operations);

    /// <summary>For people.</summary>
    public void WriteText(IAnsiConsole to)
    {
        to.MarkupLineInterpolated($"[bold]{Text.Safe(Network.Name)}[/]");
        to.WriteLine();
        to.WriteLine($"  file        {Model.Path}, {Text.Count(FileBytes, "byte")}");
        to.WriteLine($"  sha-256     {Model.Hash}");
        to.WriteLine($"  input       {Network.Input} ({Text.Count(Network.InputLength, "byte")})");
        to.WriteLine($"  encoding    {Describe(Network.Encoding)}");
        to.WriteLine($"  classes     {Network.ClassCount}{(Network.Labels.Length == 0 ? "" : ": " + string.Join(", ", Network.Labels.Select(Text.Safe)))}");
        long weights = _layers.Sum(layer => layer.Weights);
        to.WriteLine($"  weights     {Text.Whole(LiveWeights)} live of {Text.Whole(weights)}; {Text.Count((LiveWeights + 7) / 8, "byte")} as bits");
        to.WriteLine($"  operations  {Text.Whole(Network.Operations())} a sample; {Text.Whole(InnerOperations)} without the first and last layer");
        to.WriteLine();
        var grid = new Grid("<layer", "<kind", "<window", "in", "out", "K", "live", "operations", "saturated");
        foreach (LayerFacts layer in _layers)
        {
            grid.Add(
                Text.Safe(layer.Layer.Name), layer.Layer.Keyword, layer.Details, layer.Input.ToString(), layer.Output.ToString(), layer.K,
                Text.Whole(layer.LiveWeights), Text.Whole(layer.Operations), Text.Whole(layer.Saturated));
        }
        grid.Write(to);
        to.WriteLine();
        to.WriteLine("What the generator makes of it:");
        foreach (string line in Plan.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            to.WriteLine("  " + line);
        if (Network.Metadata.Length > 0)
            to.WriteLine("\nMetadata:");
        foreach (MetadataEntry entry in Network.Metadata)
            to.WriteLine($"  {Text.Safe(entry.Key)}: {Text.Safe(entry.Value)}");
    }

    /// <summary>For programs.</summary>
    public void WriteJson(TextWriter to) => Text.WriteJson(to, json =>
    {
        json.WriteString("model", Model.Path);
        json.WriteString("name", Network.Name);
        json.WriteString("modelSha256", Model.Hash);
        json.WriteNumber("fileBytes", FileBytes);
        json.WriteString("inputShape", Network.Input.ToString());
        json.WriteNumber("inputBytes", Network.InputLength);
        json.WriteString("encoding", Describe(Network.Encoding));
        json.WriteNumber("classes", Network.ClassCount);
        json.WriteStartArray("labels");
        foreach (string label in Network.Labels)
            json.WriteStringValue(label);
        json.WriteEndArray();
        json.WriteNumber("liveWeights", LiveWeights);
        json.WriteNumber("operationsPerSample", Network.Operations());
        json.WriteNumber("innerOperationsPerSample", InnerOperations);
        json.WriteStartArray("layers");
        foreach (LayerFacts layer in _layers)
        {
            json.WriteStartObject();
            json.WriteString("name", layer.Layer.Name);
            json.WriteString("kind", layer.Layer.Keyword);
            json.WriteString("inputShape", layer.Input.ToString());
            json.WriteString("outputShape", layer.Output.ToString());
            WriteDetails(json, layer.Layer);
            json.WriteNumber("leastLiveWeightsOfAChannel", layer.LeastK);
            json.WriteNumber("mostLiveWeightsOfAChannel", layer.MostK);
            json.WriteNumber("weights", layer.Weights);
            json.WriteNumber("liveWeights", layer.LiveWeights);
            json.WriteNumber("operationsPerSample", layer.Operations);
            json.WriteNumber("saturatedChannels", layer.Saturated);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WritePlan(json);
        json.WriteStartObject("metadata");
        foreach (MetadataEntry entry in Network.Metadata)
            json.WriteString(entry.Key, entry.Value);
        json.WriteEndObject();
    });

    private static void WriteDetails(Utf8JsonWriter json, Layer layer)
    {
        switch (layer)
        {
            case ConvolutionLayer convolution:
                WriteWindow(json, "kernel", convolution.Kernel, convolution.Stride, convolution.Padding);
                json.WriteNumber("paddingBit", convolution.PaddingBit ? 1 : 0);
                json.WriteNumber("groups", convolution.Groups);
                break;
            case MaxPoolLayer pool:
                WriteWindow(json, "window", pool.Window, pool.Stride, pool.Padding);
                json.WriteNumber("andChannels", pool.AndChannels.Count(isAnd => isAnd));
                break;
            case ScoreLayer scores:
                json.WriteNumber("scale", scores.Scale);
                break;
        }
    }

    private static void WriteWindow(Utf8JsonWriter json, string name, Extent window, Extent stride, Bnn.Model.Padding padding)
    {
        json.WriteString(name, window.ToString());
        json.WriteString("stride", stride.ToString());
        json.WriteString("padding", padding.ToString());
    }

    private void WritePlan(Utf8JsonWriter json)
    {
        json.WriteStartObject("plan");
        json.WriteString("goal", Plan.Goal.ToString());
        json.WriteNumber("compiledOperationsPerSample", Plan.Compact.Operations());
        json.WriteStartArray("layers");
        foreach (LayerPlan layer in Plan.Layers)
        {
            json.WriteStartObject();
            json.WriteString("name", layer.Layer.Name);
            json.WriteString("lowering", layer.How);
            json.WriteString("reason", layer.Reason);
            json.WriteNumber("inputs", layer.Input.Shape.Count);
            json.WriteNumber("channels", layer.Output.Shape.Channels);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>An encoding in words.</summary>
    public static string Describe(InputEncoding encoding) => encoding switch
    {
        ThresholdEncoding threshold => $"threshold, 1 bit a value: v >= {string.Join(", ", threshold.Thresholds)}",
        ThermometerEncoding thermometer => $"thermometer, v >= {PerChannel(thermometer.Levels)}",
        BitPlanesEncoding planes => $"bit planes {PerChannel(planes.Kept)} of each value",
        EightBitEncoding => "eight-bit values with weights shared by the bits",
        RawBitsEncoding => "raw bits, one a byte",
        _ => encoding.Keyword,
    };

    private static string PerChannel(EquatableArray<EquatableArray<int>> lists) => string.Join(" | ", lists.Select(list => string.Join(", ", list)));
}
