namespace Bnn.Kernels;

/// <summary>A register with a number of 16 bits in each lane. Two of them, a pair, have a number for each byte of a register.</summary>
/// <typeparam name="TSelf">The register itself: <see cref="Shorts128"/>, <see cref="Shorts256"/> or <see cref="Shorts512"/>.</typeparam>
/// <remarks>Every width gives the same bits on every processor. Which bytes go to which register of a pair is the width's own business: all numbers are treated alike.</remarks>
internal unsafe interface IShortLanes<TSelf>
    where TSelf : unmanaged, IShortLanes<TSelf>
{
    /// <summary>Lanes of a pair, bytes that are widened at once: 16, 32 or 64.</summary>
    static abstract int Pair { get; }

    /// <summary>The first register of the bytes from a place on.</summary>
    static abstract TSelf WidenFirst(byte* bytes);

    /// <summary>The second one.</summary>
    static abstract TSelf WidenSecond(byte* bytes);

    /// <summary>The same number in every lane.</summary>
    static abstract TSelf Broadcast(short number);

    /// <summary>Sums, modulo 2^16.</summary>
    static abstract TSelf operator +(TSelf left, TSelf right);

    /// <summary>Adds numbers of memory, modulo 2^16.</summary>
    static abstract TSelf Add(TSelf left, byte* right);

    /// <summary>Takes numbers of memory off, modulo 2^16.</summary>
    static abstract TSelf Subtract(TSelf left, byte* right);

    /// <summary>Differences, modulo 2^16.</summary>
    static abstract TSelf operator -(TSelf left, TSelf right);

    /// <summary>Halves of even numbers in [0, 2^16).</summary>
    static abstract TSelf Halve(TSelf numbers);

    /// <summary>Writes a bit for each lane of a pair, in the order of the bytes: whether the number is at least 0.</summary>
    static abstract void StoreNotNegative(byte* to, TSelf first, TSelf second);
}
