using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Bnn.Kernels;

/// <summary>A stream of bits read at whole bytes: one load where <see cref="BitStream.Read"/> needs two and shifts.</summary>
/// <remarks>Byte i of a stream is bits 8·i to 8·i + 7. No bounds are checked.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ByteStream
{
    /// <summary>The 64 bits from byte <paramref name="index"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read(ref readonly ulong words, int index) => BitConverter.IsLittleEndian
        ? Unsafe.ReadUnaligned<ulong>(ref Unsafe.AddByteOffset(ref Unsafe.As<ulong, byte>(ref Unsafe.AsRef(in words)), (nint)(uint)index))
        : BitStream.Read(in words, 8 * index);
}
