using System.Runtime.Intrinsics;

namespace Bnn.Training;

/// <summary>Which weights of a layer live: a pruned one takes no part in any sum, whatever its latent weight is.</summary>
/// <remarks>A new one lets everything live. The straight-through gradient goes to pruned weights as well, unless the mask is frozen.</remarks>
internal sealed class WeightMask
{
    private readonly LatentLayer _layer;

    /// <param name="layer">Whose weights.</param>
    public WeightMask(LatentLayer layer)
    {
        _layer = layer;
        Live = new(layer.Weights.Values.Length);
        Weights = new(Live.Length);
        Live.Span.Fill(1);
    }

    /// <summary>1 where a weight lives, 0 where it is pruned, <c>[Inputs, Stride]</c>.</summary>
    public FloatBuffer Live { get; }

    /// <summary>1, −1, or 0 for pruned weights, <c>[Inputs, Stride]</c>; as old as the last <see cref="Refresh"/>.</summary>
    public FloatBuffer Weights { get; }

    /// <summary>Whether pruned weights stay pruned, and their latent weights as they are.</summary>
    public bool IsFrozen => _layer.Weights.Trained is not null;

    public bool IsLive(int input, int channel) => Live.Span[(input * _layer.Stride) + channel] != 0;

    public void Set(int input, int channel, bool isLive) => Live.Span[(input * _layer.Stride) + channel] = isLive ? 1 : 0;

    /// <summary>Live weights of a channel.</summary>
    public int LiveInputs(int channel)
    {
        int count = 0;
        for (int i = 0; i < _layer.Inputs; i++)
            count += IsLive(i, channel) ? 1 : 0;
        return count;
    }

    /// <summary>From now on pruned weights stay as they are; what the optimiser has gathered for them is forgotten.</summary>
    public void Freeze()
    {
        _layer.Weights.Trained = Live;
        foreach (FloatBuffer moments in _layer.Weights.Parts.Skip(1))
        {
            Span<float> items = moments.Span;
            for (int i = 0; i < items.Length; i++)
                items[i] *= Live.Span[i];
        }
    }

    public void CopyFrom(WeightMask other)
    {
        other.Live.Span.CopyTo(Live.Span);
        _layer.Weights.Trained = other.IsFrozen ? Live : null;
    }

    /// <summary>Takes the signs of some rows of latent weights into <see cref="Weights"/>.</summary>
    public unsafe void Refresh(int firstInput, int inputs)
    {
        // Rows are filled up to a multiple of 32.
        int first = firstInput * _layer.Stride, count = inputs * _layer.Stride;
        float* latents = _layer.Weights.Values.Pointer + first, live = Live.Pointer + first, weights = Weights.Pointer + first;
        for (int i = 0; i < count; i += Vector256<float>.Count)
            (BatchNorm.Sign(Vector256.Load(latents + i)) * Vector256.Load(live + i)).Store(weights + i);
    }
}
