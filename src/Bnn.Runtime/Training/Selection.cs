namespace Bnn.Training;

/// <summary>Finds one number of an order without sorting the others.</summary>
internal static class Selection
{
    /// <summary>The number that as many as <paramref name="count"/> − 1 others stand before when the largest come first.</summary>
    /// <param name="numbers">Are moved.</param>
    /// <param name="count">In [1, numbers].</param>
    /// <remarks>Hoare's selection with the middle of three as the pivot: linear time for numbers in no evil order.</remarks>
    public static uint Largest(Span<uint> numbers, int count)
    {
        int low = 0, high = numbers.Length - 1, wanted = count - 1;
        while (low < high)
        {
            uint pivot = Middle(numbers[low], numbers[low + ((high - low) / 2)], numbers[high]);
            int i = low, j = high;
            while (i <= j)
            {
                while (numbers[i] > pivot)
                    i++;
                while (numbers[j] < pivot)
                    j--;
                if (i > j)
                    break;
                (numbers[i], numbers[j]) = (numbers[j], numbers[i]);
                i++;
                j--;
            }
            if (wanted <= j)
                high = j;
            else if (wanted >= i)
                low = i;
            else
                break;
        }
        return numbers[wanted];
    }

    private static uint Middle(uint a, uint b, uint c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
