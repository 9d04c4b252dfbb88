using Bnn.Model;

namespace Bnn.Generator.Compiler.Circuits;

/// <summary>A dense layer as a circuit: for each channel whether the number of live inputs that differ from its weights is within its limit.</summary>
/// <remarks>
/// A count is a sum of planes, x or ~x by the sign of the weight. Full adders turn three planes of weight 2^w into one, and a carry of weight 2^(w+1).
/// Their sum is the same plane for all signs, up to the complement, and so are three of their five operations: channels that have three planes in common,
/// whatever their signs, share them. Law of the comparison: count &gt; limit iff count + k reaches 2^m, where k = 2^m − 1 − limit, for any m
/// with limit &lt; 2^m and K − limit ≤ 2^m, as count + k is then below 2^(m+1). So only carries matter, the constant makes no full adders (two planes and a
/// constant 1 carry a | b), and no digit of the count is ever compared.
/// </remarks>
internal sealed class DenseCircuit
{
    private readonly CircuitBuilder _builder;
    private readonly List<WeightedPlanes> _weights = [];
    private readonly Wire[] _fires;
    private readonly long[] _constants;
    private readonly int[] _last;

    private DenseCircuit(WeightMatrix weights, IReadOnlyList<int> limits)
    {
        _builder = new(weights.Columns);
        _fires = new Wire[weights.Rows];
        _constants = new long[weights.Rows];
        _last = new int[weights.Rows];
        for (int c = 0; c < weights.Rows; c++)
        {
            int live = weights.LiveCount(c), limit = limits[c];
            _last[c] = -1;
            _fires[c] = limit < 0 ? Wire.Zero : Wire.One;
            if (limit < 0 || limit >= live)
                continue;
            while (1 << ++_last[c] <= limit || 1 << _last[c] < live - limit)
            {
            }
            _constants[c] = (1L << _last[c]) - 1 - limit;
            for (int i = 0; i < weights.Columns; i++)
            {
                if (weights.IsLive(c, i))
                    Put(0, c, new(CircuitBuilder.Input(i).Value, weights.IsPositive(c, i)));
            }
        }
    }

    /// <summary>The circuit of a layer: inputs are its columns, outputs its channels.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="limits">A channel gives 1 iff count ≤ limit.</param>
    /// <param name="cancel">Checked for each group of full adders that channels share.</param>
    public static Circuit Of(WeightMatrix weights, IReadOnlyList<int> limits, CancellationToken cancel = default)
    {
        var layer = new DenseCircuit(weights, limits);
        for (int w = 0; w < layer._weights.Count; w++)
            layer.Add(w, cancel);
        return layer._builder.Build(layer._fires);
    }

    private void Put(int weight, int channel, Wire plane)
    {
        // Behind the last weight everything is 0.
        if (weight > _last[channel])
            return;
        while (_weights.Count <= weight)
            _weights.Add(new(_fires.Length));
        if (_weights[weight].Toggle(channel, plane) is not { } same)
            return;
        // x + x = 2x, x + ~x = 1.
        if (same == plane)
            Put(weight + 1, channel, plane);
        else
            _constants[channel] += 1L << weight;
    }

    private void Add(int weight, CancellationToken cancel)
    {
        _builder.Level = weight;
        WeightedPlanes planes = _weights[weight];
        for (int c = 0; c < _fires.Length; c++)
        {
            if (_last[c] != weight)
                continue;
            // At most one of them is 1.
            Wire reached = (_constants[c] >> weight & 1) != 0 ? Wire.One : Wire.Zero;
            foreach (Wire plane in planes.Take(c))
                reached = _builder.Or(reached, plane);
            _fires[c] = ~reached;
        }
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            List<(int Channel, Wire A, Wire B, Wire C)> shared = planes.TakeShared();
            if (shared.Count == 0)
                break;
            foreach ((int channel, Wire a, Wire b, Wire c) in shared)
                Put(weight, channel, Carry(weight, channel, a, b, c));
        }
        for (int c = 0; c < _fires.Length; c++)
        {
            List<Wire> own = planes.Take(c);
            Wire? sum = own.Count > 0 ? own[0] : null;
            int i = 1;
            for (; i + 1 < own.Count; i += 2)
                sum = Carry(weight, c, sum!.Value, own[i], own[i + 1]);
            bool isOne = (_constants[c] >> weight & 1) != 0;
            if (sum is { } last && i < own.Count)
                Put(weight + 1, c, isOne ? _builder.Or(last, own[i]) : _builder.And(last, own[i]));
            else if (sum is { } only && isOne)
                Put(weight + 1, c, only);
        }
    }

    private Wire Carry(int weight, int channel, Wire a, Wire b, Wire c)
    {
        (Wire sum, Wire carry) = _builder.FullAdder(a, b, c);
        Put(weight + 1, channel, carry);
        return sum;
    }
}
