using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Bnn.Training;

/// <summary>Batch norm of a hidden layer: y = (dot − mean) · factor + shift, with factor = scale / √(variance + ε); the channel gives +1 iff y ≥ 0.</summary>
internal sealed class BatchNorm
{
    /// <summary>ε: far below the variance of any sum of ±1 that ever changes.</summary>
    public const float Epsilon = 1e-3f;

    /// <summary>Part of a batch's mean and variance that enters the running ones.</summary>
    public const float Momentum = 0.05f;

    public BatchNorm(int channels, bool hasScale)
    {
        Channels = channels;
        int stride = Gemm.RightPanels(channels) * Gemm.Columns;
        (Shift, Mean, Variance) = (new(stride), new(stride), new(stride));
        Variance.Span.Fill(1);
        if (hasScale)
        {
            Scale = new(stride);
            Scale.Values.Span.Fill(1);
        }
    }

    public int Channels { get; }

    public TrainedArray Shift { get; }

    /// <summary>Null: no scale, which is the same as 1.</summary>
    public TrainedArray? Scale { get; }

    /// <summary>Running mean of the dots.</summary>
    public FloatBuffer Mean { get; }

    /// <summary>Running variance of the dots.</summary>
    public FloatBuffer Variance { get; }

    public IEnumerable<FloatBuffer> Buffers() => [.. Shift.Parts, .. Scale?.Parts ?? [], Mean, Variance];

    /// <summary>1 / √(variance + ε)</summary>
    public static float InverseDeviation(float variance) => 1 / MathF.Sqrt(variance + Epsilon);

    /// <summary>Mean and variance of <paramref name="count"/> sums from their total and the total of their squares.</summary>
    public static (float Mean, float Variance) Moments(double sum, double squares, double count)
    {
        double mean = sum / count;
        return ((float)mean, (float)Math.Max(0, (squares / count) - (mean * mean)));
    }

    /// <summary>The factor of a channel from its running variance.</summary>
    public float Factor(int channel) => InverseDeviation(Variance.Span[channel]) * (Scale is null ? 1 : Scale.Values.Span[channel]);

    /// <summary>
    /// The float expression that decides a channel. Each of its two roundings is monotone, so it never falls with the dot for factor ≥ 0, and
    /// never rises for factor ≤ 0. Training, evaluation (on vectors, below) and <see cref="Folding"/> all ask this one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Normalize(float dot, float mean, float factor, float shift) => MathF.FusedMultiplyAdd(dot - mean, factor, shift);

    /// <summary>The same bits as the scalar form, lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Normalize(Vector256<float> dot, Vector256<float> mean, Vector256<float> factor, Vector256<float> shift) =>
        Vector256.FusedMultiplyAdd(dot - mean, factor, shift);

    /// <summary>The same bits as the scalar form, lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Normalize(Vector512<float> dot, Vector512<float> mean, Vector512<float> factor, Vector512<float> shift) =>
        Vector512.FusedMultiplyAdd(dot - mean, factor, shift);

    /// <summary>+1 where x ≥ 0, else −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sign(Vector256<float> x) =>
        Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(x, Vector256<float>.Zero), Vector256<float>.One, -Vector256<float>.One);

    /// <summary>The same, lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sign(Vector512<float> x) =>
        Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(x, Vector512<float>.Zero), Vector512<float>.One, -Vector512<float>.One);
}
