using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bnn.Kernels;

/// <summary>Some of the inputs, brought together into steps.</summary>
/// <remarks>
/// Three ways. With registers of 512 bits <see cref="InputPicks"/>: 64 inputs at a time. With narrower ones byte by byte, so that a step may have inputs that nobody reads, and a byte of which channels
/// read different inputs has masks as a whole; or, where that is fast, input by input by <see cref="InputWindow"/>.
/// </remarks>
internal sealed unsafe class GatheredInputs<TBytes>
    where TBytes : unmanaged, IByteLanes<TBytes>
{
    // A byte takes as long as a look-up, 64 inputs that are picked as three, a window as two.
    private const int PickWork = 3, WindowWork = 2;

    private readonly int _pickCount;
    private readonly byte[] _memory;
    private readonly InputPicks* _picks;
    private readonly InputWindow[] _windows;
    private readonly ushort[] _bytes;
    private readonly ulong[] _live;

    private GatheredInputs(bool isMasked, InputPicks[] picks, InputWindow[] windows, ushort[] bytes, ulong[] live, int steps)
    {
        (IsMasked, _pickCount, _windows, _bytes, _live, Steps) = (isMasked, picks.Length, windows, bytes, live, steps);
        (BytesRoom, StepsRoom) = ((sizeof(ulong) * live.Length) + 8, steps + 128);
        // In a heap whose objects stay where they are; from a cache line on.
        _memory = picks.Length == 0 ? [] : GC.AllocateArray<byte>((picks.Length * sizeof(InputPicks)) + 63, pinned: true);
        _picks = (InputPicks*)(((nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory)) + 63) & ~(nuint)63);
        for (int i = 0; i < picks.Length; i++)
            _picks[i] = picks[i];
    }

    /// <summary>Whether weights have masks.</summary>
    public bool IsMasked { get; }

    /// <summary>Number of steps.</summary>
    public int Steps { get; }

    /// <summary>Room for bytes that <see cref="Gather"/> needs.</summary>
    public int BytesRoom { get; }

    /// <summary>Room for steps that <see cref="Split"/> needs.</summary>
    public int StepsRoom { get; }

    /// <summary>Look-ups, and what brings the inputs together in their measure.</summary>
    /// <param name="registers">Registers that read these.</param>
    public long Work(int registers) => ((long)registers * Steps) + (PickWork * _pickCount) + (WindowWork * _windows.Length) + _bytes.Length;

    /// <summary>Those of some registers that go without masks, and those with them, in the way that is less work.</summary>
    public static (GatheredInputs<TBytes> Shared, GatheredInputs<TBytes> Differing) Of(RegisterReads reads)
    {
        if (TBytes.Channels == 64)
            return (Picked(reads.Shared, isMasked: false), Picked(reads.Differing, isMasked: true));
        var bytes = (Shared: InBytes(reads, isMasked: false), Differing: InBytes(reads, isMasked: true));
        if (!InputWindow.IsFast)
            return bytes;
        var windows = (Shared: InWindows(reads.Shared, isMasked: false), Differing: InWindows(reads.Differing, isMasked: true));
        return Work(windows) < Work(bytes) ? windows : bytes;

        long Work((GatheredInputs<TBytes> Shared, GatheredInputs<TBytes> Differing) both) => both.Shared.Work(reads.Count) + both.Differing.Work(reads.Count);
    }

    private static GatheredInputs<TBytes> InWindows(ulong[] inputs, bool isMasked)
    {
        var windows = new List<InputWindow>();
        int steps = InputWindow.Cover(inputs, TBytes.Inputs(isMasked), windows);
        return new(isMasked, [], [.. windows], [], [], steps);
    }

    private static GatheredInputs<TBytes> Picked(ulong[] inputs, bool isMasked)
    {
        var picks = new List<InputPicks>();
        int bytes = InputPicks.Cover(inputs, picks);
        var live = new byte[(bytes + 7) / 8 * 8];
        live.AsSpan(0, bytes).Fill(byte.MaxValue);
        return new(isMasked, [.. picks], [], [], MemoryMarshal.Cast<byte, ulong>(live).ToArray(), StepsOf(bytes, isMasked));
    }

    private static GatheredInputs<TBytes> InBytes(RegisterReads reads, bool isMasked)
    {
        ReadOnlySpan<byte> shared = MemoryMarshal.AsBytes(reads.Shared.AsSpan()), differing = MemoryMarshal.AsBytes(reads.Differing.AsSpan());
        var bytes = new List<ushort>();
        var live = new List<byte>();
        for (int b = 0; b < shared.Length; b++)
        {
            if ((differing[b] != 0) == isMasked && (shared[b] | differing[b]) != 0)
            {
                bytes.Add((ushort)b);
                live.Add((byte)(shared[b] | differing[b]));
            }
        }
        while (live.Count % sizeof(ulong) != 0)
            live.Add(0);
        return new(isMasked, [], [], [.. bytes], MemoryMarshal.Cast<byte, ulong>(live.ToArray()).ToArray(), StepsOf(bytes.Count, isMasked));
    }

    private static int StepsOf(int bytes, bool isMasked) => ((8 * bytes) + TBytes.Inputs(isMasked) - 1) / TBytes.Inputs(isMasked);

    /// <summary>Brings the inputs together.</summary>
    /// <param name="input">Packed bits of all inputs.</param>
    /// <param name="words">Words of them.</param>
    /// <param name="gathered">Receives them; bytes up to <see cref="BytesRoom"/> are anything.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Gather(ulong* input, int words, byte* gathered)
    {
        if (TBytes.Channels == 64)
        {
            InputPicks.Gather(_picks, _pickCount, (byte*)input, sizeof(ulong) * words, gathered);
            return;
        }
        ushort[] list = _bytes;
        for (int i = 0; i < list.Length; i++)
            gathered[i] = ((byte*)input)[list[i]];
    }

    /// <summary>Writes the steps as <see cref="IByteLanes{TSelf}.Pattern"/> takes them.</summary>
    /// <param name="input">Packed bits of all inputs.</param>
    /// <param name="gathered">What <see cref="Gather"/> wrote.</param>
    /// <param name="steps">Receives <see cref="Steps"/> of them; bytes up to <see cref="StepsRoom"/> are anything.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Split(ulong* input, byte* gathered, byte* steps)
    {
        if (_windows.Length > 0)
            InputWindow.Split(_windows, (byte*)input, IsMasked ? 0x3030303030303030UL : 0xF0F0F0F0F0F0F0F0UL, steps);
        if (_live.Length == 0)
            return;
        fixed (ulong* live = _live)
            TBytes.Split((ulong*)gathered, live, _live.Length, IsMasked, steps);
    }

    /// <summary>Writes the weights of a channel.</summary>
    /// <param name="row">Its weights of all inputs.</param>
    /// <param name="weights">Where that of the first step goes.</param>
    /// <param name="stride">Bytes from one step to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Write(WeightRow row, byte* weights, int stride)
    {
        int perStep = TBytes.Inputs(IsMasked);
        for (InputPicks* picks = _picks; picks < _picks + _pickCount; picks++)
        {
            for (int i = 0; i < picks->Count; i++)
                Put(row, picks->Input(i), (8 * picks->To) + i, perStep, weights, stride);
        }
        foreach (InputWindow window in _windows)
        {
            int n = window.Step * perStep;
            for (ulong left = window.Mask; left != 0; left &= left - 1, n++)
                Put(row, (8 * window.At) + BitOperations.TrailingZeroCount(left), n, perStep, weights, stride);
        }
        for (int n = 0; n < 8 * _bytes.Length; n++)
            Put(row, (8 * _bytes[n / 8]) + (n % 8), n, perStep, weights, stride);
    }

    // The weight of an input, at its place of a step, and with masks this above all weights of the step.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Put(WeightRow row, int input, int n, int perStep, byte* weights, int stride)
    {
        int plus = (int)(row.Word(WeightKind.Plus, input / 64) >> (input % 64) & 1), minus = (int)(row.Word(WeightKind.Minus, input / 64) >> (input % 64) & 1);
        weights[(nint)(n / perStep) * stride] |= (byte)((plus << (n % perStep)) | (IsMasked ? (plus | minus) << ((n % perStep) + perStep) : 0));
    }
}
