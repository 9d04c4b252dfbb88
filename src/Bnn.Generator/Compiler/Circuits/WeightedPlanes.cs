namespace Bnn.Generator.Compiler.Circuits;

/// <summary>The planes of one weight that channels still have to add, and which of them several channels could add together.</summary>
/// <param name="channels">Number of channels.</param>
internal sealed class WeightedPlanes(int channels)
{
    private readonly Dictionary<int, Plane> _byValue = [];
    private readonly List<Plane> _planes = [];

    /// <summary>Adds a plane to those of a channel, or finds it there.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="wire">The plane.</param>
    /// <returns>The plane, as the channel had it and has it no more; null: it has it now.</returns>
    public Wire? Toggle(int channel, Wire wire)
    {
        if (!_byValue.TryGetValue(wire.Value, out Plane? plane))
        {
            plane = new(wire.Value, new ulong[(channels + 63) / 64], new ulong[(channels + 63) / 64]);
            _byValue.Add(wire.Value, plane);
            _planes.Add(plane);
        }
        if (plane.Has(channel))
        {
            Wire before = plane.Of(channel);
            plane.Remove(channel);
            return before;
        }
        plane.Put(channel, wire.IsInverted);
        return null;
    }

    /// <summary>Takes away all planes of a channel, in the order in which they came.</summary>
    public List<Wire> Take(int channel)
    {
        var wires = new List<Wire>();
        foreach (Plane plane in _planes)
        {
            if (plane.Has(channel))
            {
                wires.Add(plane.Of(channel));
                plane.Remove(channel);
            }
        }
        return wires;
    }

    /// <summary>Takes away three planes that several channels have, from all of these; the more channels, and the more alike their signs, the better.</summary>
    /// <returns>For each of the channels its three planes; empty if no two channels have three planes in common.</returns>
    /// <remarks>Greedy: the best pair first, then the best third plane for it. Channels that agree in signs share the carry too.</remarks>
    public List<(int Channel, Wire A, Wire B, Wire C)> TakeShared()
    {
        var taken = new List<(int, Wire, Wire, Wire)>();
        while (true)
        {
            Plane? a = null;
            // What a plane was worth with its best partner bounds what it is worth now: channels only leave, unless a plane is new.
            while (true)
            {
                foreach (Plane plane in _planes)
                    a = a is null || plane.Worth > a.Worth ? plane : a;
                if (a is null || a.Worth == 0)
                    return taken;
                int before = a.Worth;
                Search(a);
                if (a.Worth == before)
                    break;
            }
            Plane b = a.Partner!;
            Plane? c = Third(a, b);
            if (c is null)
            {
                a.Worth = 0;
                continue;
            }
            for (int channel = 0; channel < channels; channel++)
            {
                if (!a.Has(channel) || !b.Has(channel) || !c.Has(channel))
                    continue;
                taken.Add((channel, a.Of(channel), b.Of(channel), c.Of(channel)));
                a.Remove(channel);
                b.Remove(channel);
                c.Remove(channel);
            }
            return taken;
        }
    }

    private void Search(Plane a)
    {
        a.Worth = 0;
        foreach (Plane b in _planes)
        {
            if (b == a)
                continue;
            int both = 0, agree = 0;
            for (int word = 0; word < a.Channels.Length; word++)
            {
                ulong common = a.Channels[word] & b.Channels[word];
                both += Bits.PopCount(common);
                agree += Bits.PopCount(common & ~(a.Inverted[word] ^ b.Inverted[word]));
            }
            int worth = both < 2 ? 0 : both + Math.Max(agree, both - agree);
            if (worth > a.Worth)
                (a.Worth, a.Partner) = (worth, b);
        }
    }

    private Plane? Third(Plane a, Plane b)
    {
        Plane? best = null;
        int most = 0;
        foreach (Plane c in _planes)
        {
            if (c == a || c == b)
                continue;
            int all = 0, ab = 0, ac = 0, bc = 0;
            for (int word = 0; word < a.Channels.Length; word++)
            {
                ulong common = a.Channels[word] & b.Channels[word] & c.Channels[word];
                ulong differs = a.Inverted[word] ^ b.Inverted[word], third = a.Inverted[word] ^ c.Inverted[word];
                all += Bits.PopCount(common);
                ab += Bits.PopCount(common & differs & ~third);
                ac += Bits.PopCount(common & ~differs & third);
                bc += Bits.PopCount(common & differs & third);
            }
            int worth = all < 2 ? 0 : all + Math.Max(Math.Max(ab, ac), Math.Max(bc, all - ab - ac - bc));
            if (worth > most)
                (best, most) = (c, worth);
        }
        return best;
    }

    // A value, the channels that add it, and those of them that add its complement.
    private sealed class Plane(int value, ulong[] channels, ulong[] inverted)
    {
        public ulong[] Channels => channels;
        public ulong[] Inverted => inverted;
        public int Worth { get; set; } = int.MaxValue;
        public Plane? Partner { get; set; }

        public bool Has(int channel) => (channels[channel >> 6] >> (channel & 63) & 1) != 0;

        public Wire Of(int channel) => new(value, (inverted[channel >> 6] >> (channel & 63) & 1) != 0);

        public void Put(int channel, bool isInverted)
        {
            channels[channel >> 6] |= 1UL << (channel & 63);
            inverted[channel >> 6] |= isInverted ? 1UL << (channel & 63) : 0;
            Worth = int.MaxValue;
        }

        public void Remove(int channel)
        {
            channels[channel >> 6] &= ~(1UL << (channel & 63));
            inverted[channel >> 6] &= ~(1UL << (channel & 63));
        }
    }
}
