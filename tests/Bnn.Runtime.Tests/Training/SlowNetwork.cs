using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

/// <summary>The written formulas of forward and backward pass in double, loop by loop: what the engine's gradients are compared with.</summary>
internal sealed class SlowNetwork(LatentNetwork network, double[][] samples, byte[] labels, bool isSmooth, double temperature, double smoothing)
{
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

    /// <summary>Mean loss of the batch; fills the gradients if asked to.</summary>
    public double Loss(bool gradients = false)
    {
        int depth = network.Layers.Length;
        var values = new double[depth][][];     // [layer][sample][input]
        var dots = new double[depth][][];
        var normal = new double[depth][][];     // x̂
        var y = new double[depth][][];
        var deviation = new double[depth][];
        values[0] = samples;
        for (int l = 0; l < depth; l++)
        {
            LatentLayer layer = network.Layers[l];
            dots[l] = Table(layer.Channels, (s, c) => Enumerable.Range(0, layer.Inputs).Sum(i => values[l][s][i] * Binary(Weights[l][(i * layer.Stride) + c])));
            if (l == depth - 1)
                break;
            double[] mean = Enumerable.Range(0, layer.Channels).Select(c => dots[l].Average(row => row[c])).ToArray();
            deviation[l] = Enumerable.Range(0, layer.Channels)
                .Select(c => Math.Sqrt(dots[l].Average(row => (row[c] - mean[c]) * (row[c] - mean[c])) + BatchNorm.Epsilon)).ToArray();
            normal[l] = Table(layer.Channels, (s, c) => (dots[l][s][c] - mean[c]) / deviation[l][c]);
            y[l] = Table(layer.Channels, (s, c) => (normal[l][s][c] * Scales[l][c]) + Shifts[l][c]);
            values[l + 1] = Table(layer.Channels, (s, c) => isSmooth ? Math.Clamp(y[l][s][c], -1, 1) : y[l][s][c] >= 0 ? 1 : -1);
        }
        int classes = network.Classes;
        double[][] logits = Table(classes, (s, c) => temperature * (dots[^1][s][c] + (isSmooth ? Biases[c] : Math.Round(Biases[c]))));
        double[][] p = logits.Select(row => row.Select(x => Math.Exp(x) / row.Sum(Math.Exp)).ToArray()).ToArray();
        double[][] target = Table(classes, (s, c) => (labels[s] == c ? 1 - smoothing : 0) + (smoothing / classes));
        double loss = -Enumerable.Range(0, _n).Average(s => Enumerable.Range(0, classes).Sum(c => target[s][c] * Math.Log(p[s][c])));
        if (!gradients)
            return loss;

        double[][] byDot = Table(classes, (s, c) => temperature * (p[s][c] - target[s][c]) / _n);
        for (int c = 0; c < classes; c++)
            BiasGradients[c] = byDot.Sum(row => row[c]);
        for (int l = depth - 1; l >= 0; l--)
        {
            LatentLayer layer = network.Layers[l];
            for (int i = 0; i < layer.Inputs; i++)
            {
                for (int c = 0; c < layer.Channels; c++)
                    WeightGradients[l][(i * layer.Stride) + c] = Enumerable.Range(0, _n).Sum(s => values[l][s][i] * byDot[s][c]);
            }
            if (l == 0)
                break;
            double[][] above = byDot;
            double[][] g = Table(layer.Inputs, (s, i) => Math.Abs(y[l - 1][s][i]) <= 1
                ? Enumerable.Range(0, layer.Channels).Sum(c => above[s][c] * Binary(Weights[l][(i * layer.Stride) + c]))
                : 0);
            for (int i = 0; i < layer.Inputs; i++)
            {
                ShiftGradients[l - 1][i] = g.Sum(row => row[i]);
                ScaleGradients[l - 1][i] = Enumerable.Range(0, _n).Sum(s => g[s][i] * normal[l - 1][s][i]);
            }
            byDot = Table(layer.Inputs, (s, i) => Scales[l - 1][i] / deviation[l - 1][i]
                * (g[s][i] - (ShiftGradients[l - 1][i] / _n) - (normal[l - 1][s][i] * ScaleGradients[l - 1][i] / _n)));
        }
        return loss;
    }

    private double Binary(double latent) => isSmooth ? latent : latent >= 0 ? 1 : -1;

    private double[][] Table(int columns, Func<int, int, double> item) =>
        Enumerable.Range(0, _n).Select(s => Enumerable.Range(0, columns).Select(c => item(s, c)).ToArray()).ToArray();

    private static double[] ToDouble(FloatBuffer buffer) => buffer.Span.ToArray().Select(x => (double)x).ToArray();
}
