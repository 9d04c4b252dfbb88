using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>What removing channels does to the arrays around them.</summary>
internal static class ChannelSurgery
{
    /// <summary>Copies the kept channels with their latent weights, batch norm and optimiser averages; the next layer loses the removed inputs.</summary>
    /// <param name="network">Not changed.</param>
    /// <param name="kept"><c>[hidden layers][kept]</c> channels, rising.</param>
    /// <param name="lastActivity"><c>[channels · positions]</c>, share of images on which each bit of the last hidden layer is 1.</param>
    /// <remarks>
    /// A removed channel added w · (±1) to each sum that read it. Re-estimating batch norm puts its mean back in hidden layers; the scores
    /// have no batch norm, so there the mean w · (2p − 1) goes into the biases. Flip counters start anew.
    /// </remarks>
    public static LatentNetwork Keep(LatentNetwork network, int[][] kept, double[] lastActivity)
    {
        Architecture architecture = network.Architecture.WithHidden(kept.Select(channels => channels.Length).ToArray());
        var smaller = new LatentNetwork(network.Input, network.Encoding, architecture, network.Classes, network.HasScale) { OptimizerSteps = network.OptimizerSteps };
        for (int l = 0; l < network.Layers.Length; l++)
        {
            int[] inputs = l > 0 ? Inputs(network, l, kept[l - 1]) : Enumerable.Range(0, network.Layers[l].Inputs).ToArray();
            int[] channels = l < kept.Length ? kept[l] : Enumerable.Range(0, network.Classes).ToArray();
            foreach ((FloatBuffer from, FloatBuffer to) in network.Layers[l].Weights.Parts.Zip(smaller.Layers[l].Weights.Parts))
            {
                for (int i = 0; i < inputs.Length; i++)
                    Select(from.Span[(inputs[i] * network.Layers[l].Stride)..], channels, to.Span[(i * smaller.Layers[l].Stride)..]);
            }
            if (network.Layers[l].Mask is { } mask)
            {
                for (int i = 0; i < inputs.Length; i++)
                    Select(mask.Live.Span[(inputs[i] * network.Layers[l].Stride)..], channels, smaller.Layers[l].Masked().Live.Span[(i * smaller.Layers[l].Stride)..]);
            }
            if (l < kept.Length)
            {
                foreach ((FloatBuffer from, FloatBuffer to) in network.Norms[l].Buffers().Zip(smaller.Norms[l].Buffers()))
                    Select(from.Span, channels, to.Span);
            }
        }
        foreach ((FloatBuffer from, FloatBuffer to) in network.Biases.Parts.Zip(smaller.Biases.Parts))
            from.Span.CopyTo(to.Span);
        // Sum-scores have one weight for all positions of a channel, scores one for each.
        LatentLayer scores = network.Layers[^1];
        int positions = lastActivity.Length / scores.Inputs;
        foreach (int removed in Enumerable.Range(0, scores.Inputs).Except(Inputs(network, network.Layers.Length - 1, kept[^1])))
        {
            double mean = lastActivity.AsSpan(removed * positions, positions).ToArray().Sum(share => (2 * share) - 1);
            for (int c = 0; c < network.Classes; c++)
                smaller.Biases.Values.Span[c] += (float)(scores.Weight(removed, c) * mean);
        }
        return smaller;
    }

    // The weights of layer l that read the given channels: neighbours in its rows, one for each tap or position.
    private static int[] Inputs(LatentNetwork network, int layer, int[] channels)
    {
        int each = network.Layers[layer].Inputs / network.Layers[layer - 1].Channels;
        return channels.SelectMany(channel => Enumerable.Range(channel * each, each)).ToArray();
    }

    private static void Select(ReadOnlySpan<float> from, int[] indices, Span<float> to)
    {
        for (int i = 0; i < indices.Length; i++)
            to[i] = from[indices[i]];
    }
}
