using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Bnn.Training;

/// <summary>The bits of a word that count.</summary>
internal interface ISignMasks
{
    /// <summary>Those of a channel of the block.</summary>
    ulong Of(int word, int channel);

    /// <summary>Those of four channels from <paramref name="channel"/> on.</summary>
    Vector256<ulong> Four(int word, int channel);

    /// <summary>Those of eight channels from <paramref name="channel"/> on.</summary>
    Vector512<ulong> Eight(int word, int channel);
}

/// <summary>The same bits for all channels: where a word reaches beyond the kernel.</summary>
/// <param name="masks"><c>[words]</c></param>
internal readonly unsafe struct WordMasks(ulong* masks) : ISignMasks
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Of(int word, int channel) => masks[word];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<ulong> Four(int word, int channel) => Vector256.Create(masks[word]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<ulong> Eight(int word, int channel) => Vector512.Create(masks[word]);
}

/// <summary>Each channel has live weights of its own.</summary>
/// <param name="masks"><c>[words][16]</c></param>
internal readonly unsafe struct ChannelMasks(ulong* masks) : ISignMasks
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Of(int word, int channel) => masks[(word * SignCounts.Channels) + channel];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<ulong> Four(int word, int channel) => Vector256.Load(masks + (word * SignCounts.Channels) + channel);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<ulong> Eight(int word, int channel) => Vector512.Load(masks + (word * SignCounts.Channels) + channel);
}
