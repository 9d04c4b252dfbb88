using System.ComponentModel;
using System.Numerics;

namespace Bnn.Kernels;

/// <summary>A register of lanes: one bit of each of 64 to 512 samples, or of as many positions of an image.</summary>
/// <typeparam name="TSelf">The register itself: <see cref="Lanes64"/>, <see cref="Lanes128"/>, <see cref="Lanes256"/> or <see cref="Lanes512"/>.</typeparam>
/// <remarks>
/// In memory a register is <see cref="Words"/> words, lane i in bit i mod 64 of word i / 64. Every width gives the same bits on every processor:
/// where the hardware lacks a width, the runtime computes it from narrower ones, slowly. Kernels take the width as a type, so that the JIT compiles
/// each for its width and drops the paths that the processor lacks. Each width writes the functions of three bits itself: made once from the operators
/// they would be several times as many calls to inline, more than the JIT's budget for a method, and the adder tree took 2.5 times as long.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface ILanes<TSelf> : IBitwiseOperators<TSelf, TSelf, TSelf>
    where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>Words of 64 bits in a register: 1, 2, 4 or 8.</summary>
    static abstract int Words { get; }

    /// <summary>Whether the processor has registers of this width.</summary>
    static abstract bool IsAccelerated { get; }

    /// <summary>The same 64 bits in each word.</summary>
    static abstract TSelf Broadcast(ulong word);

    /// <summary><paramref name="value"/> &amp; ~<paramref name="without"/></summary>
    static abstract TSelf AndNot(TSelf value, TSelf without);

    /// <summary>In each lane the bit of <paramref name="whereOne"/> or <paramref name="whereZero"/>, as <paramref name="condition"/> says.</summary>
    static abstract TSelf Select(TSelf condition, TSelf whereOne, TSelf whereZero);

    /// <summary>Full adder: <paramref name="digit"/> becomes the sum of three bits in each lane.</summary>
    /// <returns>The carry: 1 in each lane where two or three of the bits are 1.</returns>
    /// <remarks>Two operations with ternary logic, five without; <paramref name="b"/> is read once, so that it may come from memory.</remarks>
    static abstract TSelf Add(ref TSelf digit, TSelf a, in TSelf b);

    /// <summary>One digit of a comparison from the lowest digit up: <paramref name="a"/> where the digits differ, else <paramref name="lower"/>.</summary>
    /// <returns>1 in each lane where the number of <paramref name="a"/> is the greater one so far.</returns>
    static abstract TSelf Greater(TSelf a, TSelf b, TSelf lower);

    /// <summary>Shifts each word towards higher lanes; zeros come in.</summary>
    static abstract TSelf ShiftLeft(TSelf value, int count);

    /// <summary>Shifts each word towards lower lanes; zeros come in.</summary>
    static abstract TSelf ShiftRight(TSelf value, int count);

    /// <summary>Puts a register together: its word j is that of <paramref name="words"/> at the j-th of <paramref name="indices"/>.</summary>
    static abstract TSelf Pick(ref ulong words, ref ushort indices);
}
