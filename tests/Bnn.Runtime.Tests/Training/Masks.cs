using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

internal static class Masks
{
    /// <summary>Lets each weight live with a probability, and at least the first of each channel.</summary>
    public static void Scatter(LatentNetwork network, double share, ulong seed)
    {
        for (int l = 0; l < network.Layers.Length; l++)
        {
            LatentLayer layer = network.Layers[l];
            WeightMask mask = layer.Masked();
            for (int i = 0; i < layer.Inputs; i++)
            {
                for (int c = 0; c < layer.Channels; c++)
                    mask.Set(i, c, i == 0 || CounterRandom.ToUnit(CounterRandom.Next(seed, CounterRandom.Stream.PruningScores, (ulong)l, (ulong)((i * layer.Channels) + c))) < share);
            }
        }
    }
}
