using Bnn.Model;

namespace Bnn.Generator.Compiler.Passes;

/// <summary>A rewrite of a network that keeps every score for every input. Each pass states its law.</summary>
internal abstract class NetworkPass
{
    /// <summary>Name for people, in lower case with hyphens.</summary>
    public abstract string Name { get; }

    /// <summary>Rewrites <paramref name="network"/>, which is sound, into a sound network with equal scores; returns it unchanged if there is
    /// nothing to do.</summary>
    public abstract Network Rewrite(Network network, CancellationToken cancel);
}

/// <summary>What one run of a pass did.</summary>
/// <param name="Name">Name of the pass.</param>
/// <param name="OperationsBefore">Operations of the network before it, for one sample.</param>
/// <param name="OperationsAfter">Operations after it.</param>
/// <param name="ChannelsBefore">Channels of all layers before it.</param>
/// <param name="ChannelsAfter">Channels after it.</param>
internal sealed record PassRecord(string Name, long OperationsBefore, long OperationsAfter, long ChannelsBefore, long ChannelsAfter)
{
    /// <summary>The record in one line.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Name}: operations {OperationsBefore} -> {OperationsAfter}, channels {ChannelsBefore} -> {ChannelsAfter}");
}

/// <summary>The passes in their order.</summary>
internal static class NetworkPasses
{
    /// <summary>One round; rounds repeat until one changes nothing.</summary>
    public static IReadOnlyList<NetworkPass> InOrder { get; } =
    [
        new OnePositionLayers(),            // first: dense layers are simpler to all that follows than convolutions
        new FlattenElimination(),           // next: a flatten between two layers may hide them from each other
        new SaturatedChannelFolding(),      // forwards: a folded constant may saturate channels of the next layer; makes columns that nobody reads
        new TwinChannelMerging(),           // forwards too: merged columns may make twins of the channels that read them; leaves channels that nobody reads
        new DeadChannelElimination(),       // backwards: a removed channel may leave channels of the layer before it unread; makes planes that nobody reads
        new UnreadInputElimination(),       // last: only now is it known what the first layer reads
    ];

    /// <summary>Runs all passes to a fixed point.</summary>
    /// <param name="network">A sound network.</param>
    /// <param name="observe">Receives a record of each pass that changed something, in order.</param>
    /// <param name="cancel">Checked before each pass.</param>
    /// <exception cref="InvalidOperationException">A pass left an unsound network: a bug.</exception>
    /// <remarks>Ends, because each change takes away a layer, a channel, a live weight or a plane, leaves one more channel unread, or makes
    /// a layer one of a simpler kind.</remarks>
    public static Network Run(Network network, Action<PassRecord> observe, CancellationToken cancel)
    {
        bool changed;
        do
        {
            changed = false;
            foreach (NetworkPass pass in InOrder)
            {
                cancel.ThrowIfCancellationRequested();
                Network after = pass.Rewrite(network, cancel);
                if (ReferenceEquals(after, network))
                    continue;
                IReadOnlyList<NetworkProblem> problems = NetworkVerifier.Check(after, cancel);
                if (problems.Count > 0)
                    throw new InvalidOperationException($"Pass {pass.Name} left an unsound network: {problems[0]}");
                observe(new(pass.Name, network.Operations(), after.Operations(), Channels(network), Channels(after)));
                network = after;
                changed = true;
            }
        }
        while (changed);
        return network;
    }

    private static long Channels(Network network) => network.Layers.OfType<WeightedLayer>().Sum(layer => (long)layer.Weights.Rows);
}
