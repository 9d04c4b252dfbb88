using Bnn.Model;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

/// <summary>The written formulas of forward and backward pass in double, loop by loop: what the engine's gradients are compared with.</summary>
/// <param name="network">Its weights are copied.</param>
/// <param name="samples"><c>[n][values]</c> as the first layer sees them.</param>
/// <param name="labels"><c>[n]</c></param>
/// <param name="isSmooth">Whether all signs are replaced by functions with a slope.</param>
/// <param name="temperature">Logit by score.</param>
/// <param name="smoothing">Of the labels.</param>
/// <remarks>Surrogate and order are those of the network's <see cref="Binarization"/>.</remarks>
internal sealed class SlowNetwork(LatentNetwork network, double[][] samples, byte[] labels, bool isSmooth, double temperature, double smoothing)
{
    private const double Inner = 0.1, Outer = 1.5;      // of ReSTE
    private readonly Binarization _binarization = network.Binarization;
    private readonly int _n = samples.Length;

    public double[][] Weights { get; } = network.Layers.Select(layer => ToDouble(layer.Weights.Values)).ToArray();

    public double[][] Shifts { get; } = network.Norms.Select(norm => ToDouble(norm.Shift.Values)).ToArray();

    public double[][] Scales { get; } = network.Norms
        .Select(norm => norm.Scale is null ? Enumerable.Repeat(1.0, norm.Shift.Values.Length).ToArray() : ToDouble(norm.Scale.Values)).ToArray();

    public double[] Biases { get; } = ToDouble(network.Biases.Values);

    public double[][] WeightGradients { get; } = network.Layers.Select(layer => new double[layer.Weights.Values.Length]).ToArray();

    public double[][] ShiftGradients { get; } = network.Norms.Select(norm => new double[norm.Shift.Values.Length]).ToArray();

    public double[][] ScaleGradients { get; } = network.Norms.Select(norm => new double[norm.Shift.Values.Length]).ToArray();

    public double[] BiasGradients { get; } = new double[network.Biases.Values.Length];

    /// <summary>1 for live weights, 0 for pruned ones.</summary>
    private double[][] Live { get; } = network.Layers
        .Select(layer => layer.Mask is { } mask ? ToDouble(mask.Live) : Enumerable.Repeat(1.0, layer.Weights.Values.Length).ToArray()).ToArray();

    /// <summary>Mean loss of the batch; fills the gradients if asked to.</summary>
    public double Loss(bool gradients = false)
    {
        int depth = network.Layers.Length;
        var values = new double[depth][][];     // [layer][sample][value]
        var sums = new double[depth][][];       // [layer][sample][result], after pooling
        var sources = new int[depth][][];       // the output that each result is
        var normal = new double[depth][][];     // x̂
        var y = new double[depth][][];
        var deviation = new double[depth][];
        values[0] = samples;
        for (int l = 0; l < depth; l++)
        {
            LayerGeometry geometry = network.Layers[l].Geometry;
            double[][] outputs = Table(geometry.Output.Count, (_, _) => 0);
            ForEachProduct(l, (output, value, weight) => Each(s => outputs[s][output] += Value(values[l][s], value, l) * Binary(Weights[l][weight]) * Live[l][weight]));
            sources[l] = outputs.Select(sample => Pooled(sample, geometry)).ToArray();
            sums[l] = Table(geometry.Result.Count, (s, i) => outputs[s][sources[l][s][i]]);
            if (l == depth - 1)
                break;
            int positions = geometry.Positions, channels = geometry.Channels;
            double[] mean = PerChannel(sums[l], positions, channels, (sum, _) => sum).Select(sum => sum / (_n * positions)).ToArray();
            deviation[l] = PerChannel(sums[l], positions, channels, (sum, c) => (sum - mean[c]) * (sum - mean[c]))
                .Select(sum => Math.Sqrt((sum / (_n * positions)) + BatchNorm.Epsilon)).ToArray();
            normal[l] = Table(geometry.Result.Count, (s, i) => (sums[l][s][i] - mean[i / positions]) / deviation[l][i / positions]);
            y[l] = Table(geometry.Result.Count, (s, i) => (normal[l][s][i] * Scales[l][i / positions]) + Shifts[l][i / positions]);
            values[l + 1] = Table(geometry.Result.Count, (s, i) => isSmooth ? Smooth(y[l][s][i]) : y[l][s][i] >= 0 ? 1 : -1);
        }
        int classes = network.Classes;
        double[][] logits = Table(classes, (s, c) => temperature * (sums[^1][s][c] + (isSmooth ? Biases[c] : Math.Round(Biases[c]))));
        double[][] p = logits.Select(row => row.Select(x => Math.Exp(x) / row.Sum(Math.Exp)).ToArray()).ToArray();
        double[][] target = Table(classes, (s, c) => (labels[s] == c ? 1 - smoothing : 0) + (smoothing / classes));
        double loss = -Enumerable.Range(0, _n).Average(s => Enumerable.Range(0, classes).Sum(c => target[s][c] * Math.Log(p[s][c])));
        if (!gradients)
            return loss;

        double[][] bySum = Table(classes, (s, c) => temperature * (p[s][c] - target[s][c]) / _n);
        for (int c = 0; c < classes; c++)
            BiasGradients[c] = bySum.Sum(row => row[c]);
        for (int l = depth - 1; l >= 0; l--)
        {
            double[][] byOutput = Table(network.Layers[l].Geometry.Output.Count, (_, _) => 0);
            for (int s = 0; s < _n; s++)
            {
                for (int i = 0; i < bySum[s].Length; i++)
                    byOutput[s][sources[l][s][i]] += bySum[s][i];
            }
            double[][] byValue = Table(network.Layers[l].Geometry.Input.Count, (_, _) => 0);
            ForEachProduct(l, (output, value, weight) => Each(s =>
            {
                WeightGradients[l][weight] += byOutput[s][output] * Value(values[l][s], value, l);
                if (value >= 0)
                    byValue[s][value] += byOutput[s][output] * Binary(Weights[l][weight]) * Live[l][weight];
            }));
            if (l == 0)
                break;
            int before = l - 1, positions = network.Layers[before].Geometry.Positions, count = _n * positions;
            double[][] g = Table(byValue[0].Length, (s, i) => Slope(y[before][s][i]) * byValue[s][i]);
            for (int s = 0; s < _n; s++)
            {
                for (int i = 0; i < g[s].Length; i++)
                {
                    ShiftGradients[before][i / positions] += g[s][i];
                    ScaleGradients[before][i / positions] += g[s][i] * normal[before][s][i];
                }
            }
            bySum = Table(g[0].Length, (s, i) => Scales[before][i / positions] / deviation[before][i / positions]
                * (g[s][i] - (ShiftGradients[before][i / positions] / count) - (normal[before][s][i] * ScaleGradients[before][i / positions] / count)));
        }
        return loss;
    }

    // Every product of a layer: the output it adds to, the value (−1: padding) and the weight.
    private void ForEachProduct(int l, Action<int, int, int> product)
    {
        LatentLayer layer = network.Layers[l];
        Shape input = layer.Geometry.Input, output = layer.Geometry.Output;
        if (layer.Geometry.Convolution is not { } word)
        {
            int positions = layer.Geometry.Kind == LayerKind.SumScores ? input.Height * input.Width : 1;
            for (int c = 0; c < layer.Channels; c++)
            {
                for (int i = 0; i < layer.Inputs * positions; i++)
                    product(c, i, (i / positions * layer.Stride) + c);
            }
            return;
        }
        int inputsOfGroup = input.Channels / word.Groups, channelsOfGroup = output.Channels / word.Groups;
        for (int c = 0; c < output.Channels; c++)
        {
            for (int at = 0; at < output.Height * output.Width; at++)
            {
                for (int k = 0; k < layer.Inputs; k++)
                {
                    int column = k % word.Kernel.Width, row = k / word.Kernel.Width % word.Kernel.Height, channel = k / (word.Kernel.Width * word.Kernel.Height);
                    int y = (at / output.Width * word.Stride.Height) + row - word.Amounts.Top, x = (at % output.Width * word.Stride.Width) + column - word.Amounts.Left;
                    bool isInside = y >= 0 && y < input.Height && x >= 0 && x < input.Width;
                    int plane = (c / channelsOfGroup * inputsOfGroup) + channel;
                    product((c * output.Height * output.Width) + at, isInside ? (((plane * input.Height) + y) * input.Width) + x : -1, (k * layer.Stride) + c);
                }
            }
        }
    }

    private double Value(double[] values, int index, int layer) => index >= 0 ? values[index]
        : (network.Layers[layer].Geometry.Convolution!.PaddingBit ? 1 : -1) * (network.IsEightBit(layer) ? 255 : 1);

    // For each result the output that is the largest of its windows, the first of equal ones.
    private static int[] Pooled(double[] outputs, LayerGeometry geometry)
    {
        int[] sources = Enumerable.Range(0, outputs.Length).ToArray();
        Shape shape = geometry.Output;
        foreach (PoolWord pool in geometry.Pools)
        {
            int height = Extent.Places(shape.Height + (2 * pool.Padding.Height), pool.Window.Height, pool.Stride.Height);
            int width = Extent.Places(shape.Width + (2 * pool.Padding.Width), pool.Window.Width, pool.Stride.Width);
            var next = new int[shape.Channels * height * width];
            for (int i = 0; i < next.Length; i++)
            {
                int channel = i / (height * width), top = (i / width % height * pool.Stride.Height) - pool.Padding.Height, left = (i % width * pool.Stride.Width) - pool.Padding.Width;
                next[i] = Enumerable.Range(0, pool.Window.Height * pool.Window.Width)
                    .Select(j => (Row: top + (j / pool.Window.Width), Column: left + (j % pool.Window.Width)))
                    .Where(place => place.Row >= 0 && place.Row < shape.Height && place.Column >= 0 && place.Column < shape.Width)
                    .Select(place => sources[(((channel * shape.Height) + place.Row) * shape.Width) + place.Column])
                    .MaxBy(source => outputs[source]);
            }
            (sources, shape) = (next, new(shape.Channels, height, width));
        }
        return sources;
    }

    private double[] PerChannel(double[][] sums, int positions, int channels, Func<double, int, double> item)
    {
        var totals = new double[channels];
        foreach (double[] sample in sums)
        {
            for (int i = 0; i < channels * positions; i++)
                totals[i / positions] += item(sample[i], i / positions);
        }
        return totals;
    }

    private void Each(Action<int> sample)
    {
        for (int s = 0; s < _n; s++)
            sample(s);
    }

    private double Binary(double latent) => isSmooth ? latent : latent >= 0 ? 1 : -1;

    // The functions that stand for the sign, and their slopes, in the words of their sources.
    private double Smooth(double y) => (Math.Abs(y), _binarization.Surrogate) switch
    {
        ( >= 1, Surrogate.BiReal or Surrogate.Clip) => Math.Sign(y),
        (_, Surrogate.Clip) => y,
        (_, Surrogate.BiReal) => y < 0 ? (2 * y) + (y * y) : (2 * y) - (y * y),
        ( <= Inner, _) => y * Math.Pow(Inner, 1.0 / _binarization.Order) / Inner,
        (double size, _) => Math.Sign(y) * Math.Pow(Math.Min(size, Outer), 1.0 / _binarization.Order),
    };

    private double Slope(double y) => (Math.Abs(y), _binarization.Surrogate) switch
    {
        ( > 1, Surrogate.BiReal or Surrogate.Clip) or ( > Outer, _) => 0,
        (_, Surrogate.Clip) => 1,
        (_, Surrogate.BiReal) => y < 0 ? 2 + (2 * y) : 2 - (2 * y),
        ( <= Inner, _) => Math.Pow(Inner, 1.0 / _binarization.Order) / Inner,
        (double size, _) => Math.Pow(size, (1.0 - _binarization.Order) / _binarization.Order) / _binarization.Order,
    };

    private double[][] Table(int columns, Func<int, int, double> item) =>
        Enumerable.Range(0, _n).Select(s => Enumerable.Range(0, columns).Select(c => item(s, c)).ToArray()).ToArray();

    private static double[] ToDouble(FloatBuffer buffer) => buffer.Span.ToArray().Select(x => (double)x).ToArray();
}
