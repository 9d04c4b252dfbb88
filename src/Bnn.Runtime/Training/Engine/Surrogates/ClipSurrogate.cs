using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;
using W = System.Runtime.Intrinsics.Vector512<float>;

namespace Bnn.Training;

/// <summary>Clipping to [−1, 1]: slope 1 where |y| ≤ 1, else 0. Source: arXiv:1602.02830.</summary>
internal readonly struct ClipSurrogate : ISurrogate
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Pass(V gradient, V y) => gradient & Vector256.LessThanOrEqual(Vector256.Abs(y), V.One);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public W Pass(W gradient, W y) => gradient & Vector512.LessThanOrEqual(Vector512.Abs(y), W.One);

    /// <inheritdoc/>
    public V Value(V y) => Vector256.Min(Vector256.Max(y, -V.One), V.One);
}
