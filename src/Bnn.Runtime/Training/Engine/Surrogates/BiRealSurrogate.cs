using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;
using W = System.Runtime.Intrinsics.Vector512<float>;

namespace Bnn.Training;

/// <summary>Two parabolas, 2y + y² and 2y − y², between −1 and 1: slope 2 − 2|y| where |y| ≤ 1, else 0. Source: arXiv:1808.00278.</summary>
internal readonly struct BiRealSurrogate : ISurrogate
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Pass(V gradient, V y)
    {
        V two = Vector256.Create(2f);
        return gradient * Vector256.Max(Vector256.FusedMultiplyAdd(-two, Vector256.Abs(y), two), V.Zero);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public W Pass(W gradient, W y)
    {
        W two = Vector512.Create(2f);
        return gradient * Vector512.Max(Vector512.FusedMultiplyAdd(-two, Vector512.Abs(y), two), W.Zero);
    }

    /// <inheritdoc/>
    public V Value(V y)
    {
        V clipped = new ClipSurrogate().Value(y);
        return clipped * (Vector256.Create(2f) - Vector256.Abs(clipped));
    }
}
