using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Bnn.Kernels;

/// <summary>Tables of 16 bytes, one for each value of a step's inputs: four inputs, or two where masks differ.</summary>
internal static unsafe class Nibbles
{
    /// <summary>Inputs in a step.</summary>
    public static int Inputs(bool isMasked) => isMasked ? 2 : 4;

    /// <summary>Rows: for each value of the inputs, the number of differences from each value of the weights, and of their masks above.</summary>
    public static byte[] Table(bool isMasked)
    {
        var table = new byte[256];
        for (int i = 0; i < table.Length; i++)
        {
            int differs = (i >> 4) ^ (i & 15);
            table[i] = (byte)BitOperations.PopCount((uint)(isMasked ? differs & (i >> 2) & 3 : differs));
        }
        return table;
    }

    /// <summary>Writes 16 times the inputs of each step, which is where its row begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Split(ulong* input, ulong* live, int words, bool isMasked, byte* steps)
    {
        for (int w = 0; w < words; w++)
        {
            // Each byte of a word in a number of its own.
            Vector128<ushort> bytes = Vector128.WidenLower(Vector128.CreateScalar(input[w] & live[w]).AsByte());
            if (!isMasked)
            {
                Fours(bytes).Store(steps);
                steps += 16;
                continue;
            }
            Vector128<uint> lower = Vector128.WidenLower(bytes), upper = Vector128.WidenUpper(bytes);
            Pairs(lower).Store(steps);
            Pairs(upper).Store(steps + 16);
            steps += 32;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Fours(Vector128<ushort> bytes) =>
        (((bytes << 4) & Vector128.Create((ushort)0x00F0)) | ((bytes << 8) & Vector128.Create((ushort)0xF000))).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Pairs(Vector128<uint> bytes) =>
        (((bytes << 4) & Vector128.Create(0x00000030u)) | ((bytes << 10) & Vector128.Create(0x00003000u))
        | ((bytes << 16) & Vector128.Create(0x00300000u)) | ((bytes << 22) & Vector128.Create(0x30000000u))).AsByte();
}
