namespace Bnn.Training;

/// <summary>Floats at a fixed address that is a multiple of 64 bytes, so that no vector load crosses a cache line; collected like any array.</summary>
internal sealed unsafe class FloatBuffer
{
    private readonly float[] _items;
    private readonly int _first;

    /// <summary>Makes <paramref name="length"/> zeros.</summary>
    public FloatBuffer(int length)
    {
        const int Line = 64 / sizeof(float);
        _items = GC.AllocateArray<float>(checked(length + Line), pinned: true);
        fixed (float* start = _items)
        {
            _first = (int)((64 - ((nuint)start & 63)) % 64) / sizeof(float);
            Pointer = start + _first;
        }
        Length = length;
    }

    /// <summary>Number of floats.</summary>
    public int Length { get; }

    /// <summary>Address of the first one; good for as long as this object is reachable.</summary>
    public float* Pointer { get; }

    /// <summary>All of them.</summary>
    public Span<float> Span => _items.AsSpan(_first, Length);
}
