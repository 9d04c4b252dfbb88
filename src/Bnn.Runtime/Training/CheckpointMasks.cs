namespace Bnn.Training;

/// <summary>Masks in a checkpoint: for each layer whether it has one, then a bit for each input of each channel, least significant first, channels on whole bytes.</summary>
internal static class CheckpointMasks
{
    public static void Write(BinaryWriter writer, LatentNetwork network)
    {
        foreach (LatentLayer layer in network.Layers)
        {
            writer.Write(layer.Mask is not null);
            if (layer.Mask is not { } mask)
                continue;
            var bits = new byte[(layer.Inputs + 7) / 8];
            for (int c = 0; c < layer.Channels; c++)
            {
                Array.Clear(bits);
                for (int i = 0; i < layer.Inputs; i++)
                    bits[i / 8] |= (byte)(mask.IsLive(i, c) ? 1 << (i % 8) : 0);
                writer.Write(bits);
            }
        }
    }

    /// <param name="reader">Stands where <see cref="Write"/> stood.</param>
    /// <param name="network">Gets the masks.</param>
    /// <param name="isFrozen">Whether they stay as they are.</param>
    public static void Read(BinaryReader reader, LatentNetwork network, bool isFrozen)
    {
        foreach (LatentLayer layer in network.Layers)
        {
            if (!reader.ReadBoolean())
                continue;
            WeightMask mask = layer.Masked();
            var bits = new byte[(layer.Inputs + 7) / 8];
            for (int c = 0; c < layer.Channels; c++)
            {
                reader.BaseStream.ReadExactly(bits);
                for (int i = 0; i < layer.Inputs; i++)
                    mask.Set(i, c, (bits[i / 8] >> (i % 8) & 1) != 0);
            }
        }
        if (isFrozen)
            network.FreezeMasks();
    }
}
