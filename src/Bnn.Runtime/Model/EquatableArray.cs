using System.Collections;

namespace Bnn.Model;

/// <summary>An immutable array that equals another one with equal elements in the same order.</summary>
/// <typeparam name="T">Type of the elements, compared with its own equality.</typeparam>
/// <remarks>Takes ownership of the array it is made from: nobody may write to that array afterwards. <c>default</c> is the empty array.</remarks>
readonly partial struct EquatableArray<T>(T[] items) : IEquatable<EquatableArray<T>>, IReadOnlyList<T>
    where T : IEquatable<T>
{
    private readonly T[]? _items = items;

    private T[] Items => _items ?? [];

    /// <summary>Number of elements.</summary>
    public int Length => Items.Length;

    /// <inheritdoc/>
    int IReadOnlyCollection<T>.Count => Items.Length;

    /// <summary>Element at <paramref name="index"/>, in [0, <see cref="Length"/>).</summary>
    public T this[int index] => Items[index];

    /// <summary>The elements, without a copy.</summary>
    public ReadOnlySpan<T> AsSpan() => Items;

    /// <summary>A copy of the elements that the caller may change.</summary>
    public T[] ToArray() => (T[])Items.Clone();

    /// <inheritdoc/>
    public bool Equals(EquatableArray<T> other) => AsSpan().SequenceEqual(other.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EquatableArray<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        int hash = Items.Length;
        foreach (T item in Items)
            hash = unchecked((hash * 31) + item.GetHashCode());
        return hash;
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)Items).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => Items.GetEnumerator();

    /// <summary>Whether both hold equal elements in the same order.</summary>
    public static bool operator ==(EquatableArray<T> left, EquatableArray<T> right) => left.Equals(right);

    /// <summary>Whether the two differ in length or in an element.</summary>
    public static bool operator !=(EquatableArray<T> left, EquatableArray<T> right) => !left.Equals(right);
}

/// <summary>Makes <see cref="EquatableArray{T}"/> from sequences.</summary>
static partial class EquatableArray
{
    /// <summary>Copies <paramref name="items"/> into an <see cref="EquatableArray{T}"/>.</summary>
    public static EquatableArray<T> ToEquatableArray<T>(this IEnumerable<T> items)
        where T : IEquatable<T> => new(items.ToArray());
}
